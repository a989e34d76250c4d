package dev.cofre.dataplane.server.rehearsal;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether the JVM's compilers are done with what a rehearsal gave them: by what the kernel says of
 * their threads. The JVM itself tells of a compilation only when it has ended, and a large one
 * takes longer than one would wait for the next.
 */
final class CompilerQuiet {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /** So many looks in a row at which they slept and had not run since the last, and they are. */
  private static final int LOOKS = 3;

  private CompilerQuiet() {}

  /**
   * Waits until they are quiet, at most for {@code limit}.
   *
   * @return whether they are; true where the kernel does not tell
   */
  static boolean await(Duration limit) {
    long endNs = System.nanoTime() + limit.toNanos();
    long lastNs = -1;
    int quiet = 0;
    try {
      while (quiet < LOOKS && System.nanoTime() - endNs < 0) {
        long ranNs = ranNs();
        quiet = ranNs >= 0 && ranNs == lastNs ? quiet + 1 : 0;
        lastNs = ranNs;
        LockSupport.parkNanos(LOOK_NS);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return true;
    }
    return quiet == LOOKS;
  }

  /** For how long they have run since the start of the JVM; negative when one runs now. */
  private static long ranNs() throws IOException {
    long ranNs = 0;
    for (CompilerThreads.Seen thread : CompilerThreads.all()) {
      if (!thread.isSleeping()) {
        return -1;
      }
      ranNs += thread.ranNs();
    }
    return ranNs;
  }
}
