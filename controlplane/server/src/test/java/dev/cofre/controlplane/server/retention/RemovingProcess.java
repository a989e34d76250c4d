package dev.cofre.controlplane.server.retention;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** A process that removes what is due from an archive, to be killed. */
final class RemovingProcess {
  private RemovingProcess() {}

  /**
   * Arguments: the folder of archive and store, the signer, and after how many microseconds from
   * its first turn on it kills itself; -1: it ends when nothing is due.
   */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(36_500));
    Path witness = directory.resolve("witness");
    long killNs = Long.parseLong(args[2]) * 1_000;
    try (Store store = Store.open(H2Location.in(directory), clock);
        Archive archive =
            Archive.open(directory.resolve("archive"), RetentionFixture.SEGMENT_BYTES)) {
      Retention retention =
          new Retention(
              archive,
              store,
              (origin, end) -> Optional.empty(),
              new SoftwareSigner(args[1]),
              (action, subject, phase) -> write(witness, subject),
              1);
      if (killNs >= 0) {
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  long beganNs = System.nanoTime();
                  while (System.nanoTime() - beganNs < killNs) {
                    Thread.onSpinWait();
                  }
                  // As kill -9: nothing is closed, nothing is flushed.
                  Runtime.getRuntime().halt(9);
                });
      }
      while (retention.removeDue() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  private static void write(Path file, String line) {
    try {
      Files.writeString(
          file,
          line + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
