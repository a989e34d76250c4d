package dev.cofre.dataplane.server.rehearsal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether the JVM's compilers are done with what a rehearsal gave them: by what the kernel says of
 * their threads (proc(5)). The JVM itself tells of a compilation only when it has ended, and a
 * large one takes longer than one would wait for the next.
 */
final class CompilerQuiet {
  private static final Path THREADS = Path.of("/proc/self/task");

  /** In the names of both compilers' threads, which the kernel cuts at 15 characters. */
  private static final String COMPILER = "CompilerThre";

  private static final char SLEEPING = 'S';
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
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        String stat = text(thread, "stat");
        String times = text(thread, "schedstat");
        if (stat.isEmpty() || times.isEmpty() || !isCompiler(stat)) {
          continue;
        }
        if (stat.charAt(stat.lastIndexOf(')') + 2) != SLEEPING) {
          return -1;
        }
        ranNs += Long.parseLong(times, 0, times.indexOf(' '), 10);
      }
    }
    return ranNs;
  }

  /** By the second field, the thread's name in parentheses, which may hold anything. */
  private static boolean isCompiler(String stat) {
    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return name.startsWith("C1 " + COMPILER) || name.startsWith("C2 " + COMPILER);
  }

  /** What a file of {@code thread} says; nothing when the thread has ended meanwhile. */
  private static String text(Path thread, String file) {
    try {
      return Files.readString(thread.resolve(file), ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
