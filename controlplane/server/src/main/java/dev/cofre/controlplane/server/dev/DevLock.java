package dev.cofre.controlplane.server.dev;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One supervisor for each home. The kernel lets go of the lock when the process ends. */
final class DevLock {
  private static final long ORPHANS_TIMEOUT_MS = 20_000;
  private static final long POLL_MS = 50;

  private final FileLock lock;

  private DevLock(FileLock lock) {
    this.lock = lock;
  }

  /**
   * Takes the lock of {@code home}.
   *
   * @throws DevException naming the process that has it
   */
  static DevLock take(DevHome home) throws IOException {
    Path file = home.lockFile();
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    FileLock lock = channel.tryLock();
    if (lock == null) {
      String pid = Files.readString(file).strip();
      channel.close();
      throw new DevException(
          "./cofre dev runs already on "
              + home.root()
              + " (pid "
              + pid
              + "); stop it first, or set COFRE_HOME and COFRE_PORT_BASE for a second one");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
    return new DevLock(lock);
  }

  /** Lets the next one in. */
  void release() throws IOException {
    lock.acquiredBy().close();
  }

  /** Waits for the planes of a supervisor that was killed: they end by themselves. */
  static void awaitOrphans(DevHome home) throws IOException, InterruptedException {
    for (String plane : new String[] {PlaneChild.DATA_PLANE, PlaneChild.CONTROL_PLANE}) {
      Path file = home.pidFile(plane);
      if (!Files.exists(file)) {
        continue;
      }
      String text = Files.readString(file).strip();
      if (text.matches("[0-9]{1,10}")) {
        await(home, plane, Long.parseLong(text));
      }
      Files.delete(file);
    }
  }

  private static void await(DevHome home, String plane, long pid) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ORPHANS_TIMEOUT_MS);
    while (isPlane(home, plane, pid)) {
      if (System.nanoTime() > deadline) {
        throw new DevException(
            "the " + plane + " of an earlier start still runs (pid " + pid + "); stop it first");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** Whether {@code pid} is still the plane of this home, not another process that got its pid. */
  private static boolean isPlane(DevHome home, String plane, long pid) {
    try {
      byte[] command = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
      return new String(command, StandardCharsets.UTF_8)
          .contains(home.configuration(plane).toString());
    } catch (IOException e) {
      return false;
    }
  }
}
