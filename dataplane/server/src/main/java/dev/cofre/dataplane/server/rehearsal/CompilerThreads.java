package dev.cofre.dataplane.server.rehearsal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cofre.engine.processor.Niceness;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The threads of the JVM's compilers, as the kernel knows them (proc(5)). Stateless. */
public final class CompilerThreads {
  private static final System.Logger LOG = System.getLogger(CompilerThreads.class.getName());
  private static final Path THREADS = Path.of("/proc/self/task");

  /** In the names of both compilers' threads, which the kernel cuts at 15 characters. */
  private static final String COMPILER = "CompilerThre";

  private static final char SLEEPING = 'S';

  private CompilerThreads() {}

  /** One of them, as it was a moment ago: its number, and for how long it has run. */
  record Seen(int number, boolean isSleeping, long ranNs) {}

  /**
   * All of them.
   *
   * @throws IOException or {@link DirectoryIteratorException} where the kernel does not tell
   */
  static List<Seen> all() throws IOException {
    List<Seen> all = new ArrayList<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        String stat = text(thread, "stat");
        String times = text(thread, "schedstat");
        if (!stat.isEmpty() && !times.isEmpty() && isCompiler(stat)) {
          all.add(
              new Seen(
                  Integer.parseInt(thread.getFileName().toString()),
                  stat.charAt(stat.lastIndexOf(')') + 2) == SLEEPING,
                  Long.parseLong(times, 0, times.indexOf(' '), 10)));
        }
      }
    }
    return all;
  }

  /**
   * Has them take a third of an event loop's share of a processor that both want, in place of as
   * much. At half of its capacity an event loop stays within its own share then, and runs at once
   * when it wakes; else it waits for the compiler's next tick, up to 4 ms. What is not compiled yet
   * waits longer for it, so this is for when a rehearsal is over.
   */
  public static void giveWay() {
    try {
      all().forEach(thread -> Niceness.giveSomeWay(thread.number()));
    } catch (IOException | DirectoryIteratorException e) {
      LOG.log(Level.DEBUG, "the JVM's compilers cannot give way", e);
    }
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
