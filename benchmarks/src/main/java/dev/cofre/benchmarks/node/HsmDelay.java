package dev.cofre.benchmarks.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much longer calls of the HSM take now, as a file says: microseconds, a blank, and until when,
 * in milliseconds since 1970. What the file says ends by itself, whatever becomes of who wrote it.
 * The file is there while the node runs, for its user alone; what is no such line means no delay.
 * Thread-safe.
 */
final class HsmDelay implements AutoCloseable {
  private static final Pattern LINE = Pattern.compile("(\\d{1,8}) (\\d{1,15})\n");
  private static final long DELAY_MAX_US = 10_000_000;
  private static final long LASTS_MAX_MS = 120_000;
  private static final long LOOK_NS = 20_000_000;
  private static final Delay NONE = new Delay(0, 0);

  private final Path file;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("hsm-delay").unstarted(this::look);
  private volatile Delay now = NONE;
  private volatile boolean closed;

  /** Until {@code untilNs} of the monotonic clock. */
  private record Delay(long delayNs, long untilNs) {}

  private HsmDelay(Path file) {
    this.file = file;
  }

  /** Where the node with the process id {@code pid} on {@code home} looks. */
  static Path file(Path home, long pid) {
    return home.resolve("run").resolve("hsm-delay." + pid);
  }

  /** Makes {@code file}, and does from now on what it says. */
  static HsmDelay watch(Path file) {
    try {
      Files.deleteIfExists(file);
      Files.newByteChannel(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
          .close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + file, e);
    }
    HsmDelay delay = new HsmDelay(file);
    delay.thread.start();
    return delay;
  }

  private void look() {
    while (!closed) {
      now = read();
      LockSupport.parkNanos(this, LOOK_NS);
    }
  }

  private Delay read() {
    try {
      Matcher line = LINE.matcher(Files.readString(file));
      if (!line.matches()) {
        return NONE;
      }
      long delayUs = Math.min(Long.parseLong(line.group(1)), DELAY_MAX_US);
      long lastsMs = Long.parseLong(line.group(2)) - System.currentTimeMillis();
      return lastsMs <= 0
          ? NONE
          : new Delay(
              TimeUnit.MICROSECONDS.toNanos(delayUs),
              System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(lastsMs, LASTS_MAX_MS)));
    } catch (NoSuchFileException e) {
      return NONE;
    } catch (IOException e) {
      System.err.println("the delay of the HSM cannot be read: " + e.getMessage());
      return NONE;
    }
  }

  /** Waits as long as a call takes longer now; a device does not answer sooner for an interrupt. */
  void await() {
    Delay delay = now;
    long beganNs = System.nanoTime();
    if (delay.delayNs == 0 || beganNs - delay.untilNs >= 0) {
      return;
    }
    boolean interrupted = false;
    for (long leftNs = delay.delayNs;
        leftNs > 0;
        leftNs = beganNs + delay.delayNs - System.nanoTime()) {
      LockSupport.parkNanos(this, leftNs);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes the file away; calls wait no more. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
      now = NONE;
      Files.deleteIfExists(file);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println("the file " + file + " cannot be removed");
    }
  }
}
