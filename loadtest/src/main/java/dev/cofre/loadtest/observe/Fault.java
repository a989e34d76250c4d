package dev.cofre.loadtest.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Harm that is done for a while, and undone whatever happens. {@link #end} by any thread. */
public final class Fault {
  private static final int PART_BYTES = 1 << 20;
  private static final long DELAY_LEASE_MS = 1_000;

  private final Step begin;
  private final Step undo;
  private final CountDownLatch over = new CountDownLatch(1);

  /** A half of it. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private Fault(Step begin, Step undo) {
    this.begin = begin;
    this.undo = undo;
  }

  /** The token of SoftHSM below {@code home} is not there. */
  public static Fault hsmAway(Path home) {
    Path tokens = home.resolve("hsm").resolve("tokens");
    Path away = tokens.resolveSibling("tokens.away");
    return new Fault(() -> move(tokens, away), () -> move(away, tokens));
  }

  private static void move(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from) || Files.exists(to)) {
      throw new IOException("there is no " + from + ", or " + to + " is in its way");
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The process of {@code plane} that {@code ./cofre dev} runs on {@code home} stands still. */
  public static Fault stopped(Path home, String plane) throws IOException {
    String pid = Files.readString(home.resolve("run").resolve(plane + ".pid")).strip();
    if (!pid.matches("[1-9]\\d{0,9}")) {
      throw new IOException(plane + ".pid holds no process id");
    }
    return new Fault(() -> signal("STOP", pid), () -> signal("CONT", pid));
  }

  /**
   * Each call of the HSM takes {@code by} longer, at the data plane that {@code ./cofre dev
   * --slowable-hsm} runs on {@code home}. The node itself lets it end after {@code time} and a
   * second, whatever becomes of this process.
   *
   * @throws IOException when that node's HSM cannot be slowed
   */
  public static Fault hsmSlow(Path home, Duration by, Duration time) throws IOException {
    Path file = delayFile(home);
    long byUs = by.toNanos() / 1_000;
    return new Fault(
        () -> tell(file, byUs, System.currentTimeMillis() + time.toMillis() + DELAY_LEASE_MS),
        () -> tell(file, 0, 0));
  }

  /**
   * Whether the data plane's HSM can be slowed.
   *
   * @throws IOException when it cannot, with what to do
   */
  public static void requireSlowable(Path home) throws IOException {
    delayFile(home);
  }

  /** It is there as long as the node runs that made it. */
  private static Path delayFile(Path home) throws IOException {
    Path pidFile = home.resolve("run").resolve("dataplane.pid");
    String pid = Files.exists(pidFile) ? Files.readString(pidFile).strip() : "";
    Path file = pidFile.resolveSibling("hsm-delay." + pid);
    if (!pid.matches("[1-9]\\d{0,9}") || !Files.exists(file)) {
      throw new IOException(
          "the HSM of the data plane in "
              + home
              + " cannot be slowed; start it by  ./cofre dev --slowable-hsm");
    }
    return file;
  }

  /** Whole or not at all: the node may read at any moment. One that has ended is told nothing. */
  private static void tell(Path file, long byUs, long untilMs) throws IOException {
    if (Files.exists(file)) {
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.deleteIfExists(next);
      Files.createFile(
          next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(next, byUs + " " + untilMs + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void signal(String name, String pid) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start();
    if (kill.waitFor() != 0) {
      throw new IOException("SIG" + name + " could not be sent to process " + pid);
    }
  }

  /**
   * The file system of {@code directory} is full.
   *
   * @param bytesMax with more than this free, it is left alone
   */
  public static Fault diskFull(Path directory, long bytesMax) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free > bytesMax) {
      throw new IOException(directory + " has " + free + " bytes free, more than " + bytesMax);
    }
    Path filler = directory.resolve("cofre-load-filler");
    return new Fault(() -> fill(filler, bytesMax), () -> Files.deleteIfExists(filler));
  }

  private static void fill(Path filler, long bytesMax) throws IOException {
    byte[] part = new byte[PART_BYTES];
    long written = 0;
    int length = PART_BYTES;
    try (OutputStream out =
        Files.newOutputStream(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (length > 0 && written < bytesMax) {
        try {
          out.write(part, 0, length);
          written += length;
        } catch (IOException e) {
          // What does not fit any more is tried in halves, to the last byte.
          length /= 2;
        }
      }
    }
    if (length > 0) {
      Files.delete(filler);
      throw new IOException("after " + written + " bytes there was still room");
    }
  }

  /** Does it, waits for {@code time} or {@link #end}, and undoes it. */
  public void last(Duration time) throws IOException, InterruptedException {
    begin.run();
    try {
      if (over.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
        System.err.println("load: undone early");
      }
    } finally {
      undo.run();
    }
  }

  /** Lets it be over. */
  public void end() {
    over.countDown();
  }
}
