package dev.cofre.loadtest.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder of its own and all processes that were started in it. At its end no process is left;
 * after a failure the folder stays and the ends of its logs are printed.
 */
final class Workspace implements AutoCloseable {
  private static final Path PARENT = Path.of("target", "system").toAbsolutePath();
  private static final int TAIL_LINES = 25;

  private final Path folder;
  private final Deque<Child> children = new ArrayDeque<>();
  private int started;
  private boolean failed;

  private Workspace(Path folder) {
    this.folder = folder;
  }

  /** Makes one whose folder's name begins with {@code name}. */
  static Workspace create(String name) throws IOException {
    Files.createDirectories(PARENT);
    return new Workspace(Files.createTempDirectory(PARENT, name + "-"));
  }

  Path folder() {
    return folder;
  }

  Path resolve(String name) {
    return folder.resolve(name);
  }

  /** Starts {@code builder}; its output goes to files, its input is what the builder says. */
  synchronized Child start(String name, ProcessBuilder builder) throws IOException {
    started++;
    Path out = folder.resolve(name + "-" + started + ".out");
    Path err = folder.resolve(name + "-" + started + ".err");
    builder.redirectError(err.toFile());
    if (builder.redirectOutput().file() == null) {
      builder.redirectOutput(out.toFile());
    } else {
      out = builder.redirectOutput().file().toPath();
    }
    Child child = new Child(name, builder.start(), out, err);
    children.push(child);
    return child;
  }

  /** Starts {@code ./cofre arguments}. */
  Child launch(String name, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(name, Launcher.command(environment, arguments));
  }

  /** Says that the test failed: nothing is thrown away. */
  void failed() {
    failed = true;
  }

  @Override
  public synchronized void close() throws IOException {
    while (!children.isEmpty()) {
      children.pop().close();
    }
    if (failed) {
      printTails();
    } else {
      delete(folder);
    }
  }

  private void printTails() throws IOException {
    System.err.println("kept for a look: " + folder);
    for (Path log : files()) {
      String name = log.getFileName().toString();
      if ((name.endsWith(".log") || name.endsWith(".err")) && Files.size(log) > 0) {
        List<String> lines = Files.readAllLines(log);
        System.err.println("---- the end of " + folder.relativize(log));
        lines.stream().skip(Math.max(0, lines.size() - TAIL_LINES)).forEach(System.err::println);
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
