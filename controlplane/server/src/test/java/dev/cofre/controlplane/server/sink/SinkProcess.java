package dev.cofre.controlplane.server.sink;

import dev.cofre.controlplane.server.archive.Archive;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process with an archive and its sinks, to be killed. */
final class SinkProcess {
  private SinkProcess() {}

  /** Arguments: the archive's folder and that of the sinks' files. Runs until it is killed. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    try (Archive archive = Archive.open(directory, 64 << 10);
        Sinks sinks = Sinks.start(archive, directory, SinkSettings.readAll(Path.of(args[1])))) {
      new CountDownLatch(1).await();
      throw new IllegalStateException("not killed: " + sinks.degradations());
    }
  }
}
