package dev.cofre.loadtest.docs;

import dev.cofre.loadtest.system.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder that looks like the project's root to a reader of the docs: with the launcher, the
 * README and a home of its own; ports in the docs stand for free ones. Not thread-safe.
 */
final class Shell implements AutoCloseable {
  private static final long LIMIT_SECONDS = 300;

  private final Path folder;
  private final int portBase = Ports.freeBase();
  private Process planes;

  private Shell(Path folder) {
    this.folder = folder;
  }

  static Shell open(String name) throws IOException {
    Path parent = Files.createDirectories(Path.of("target", "docs").toAbsolutePath());
    Shell shell = new Shell(Files.createTempDirectory(parent, name + "-"));
    for (String file : List.of("cofre", "README.md")) {
      Files.createSymbolicLink(shell.folder.resolve(file), Page.ROOT.resolve(file));
    }
    return shell;
  }

  Path folder() {
    return folder;
  }

  int dataPort() {
    return portBase;
  }

  int controlPort() {
    return portBase + 1;
  }

  /** {@code text} with this shell's ports in place of the usual ones. */
  String here(String text) {
    return text.replace("8440", Integer.toString(portBase))
        .replace("8441", Integer.toString(portBase + 1));
  }

  /** Starts {@code ./cofre dev} with {@code options} and waits until it is ready. */
  void startPlanes(String... options) throws IOException, InterruptedException {
    Path out = folder.resolve("dev.out");
    ProcessBuilder builder = process("./cofre", "dev");
    builder.command().addAll(List.of(options));
    planes = builder.redirectOutput(out.toFile()).start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!Files.readString(out).contains("cofre ready data=")) {
      if (!planes.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError("./cofre dev is not ready: " + Files.readString(out));
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Runs {@code script} by bash, which must succeed; returns all that it said. */
  String run(String what, String script) throws IOException, InterruptedException {
    Path file = Files.createTempFile(folder, "block", ".sh");
    Files.writeString(file, here(script));
    return run(what, "bash", "-euo", "pipefail", file.toString());
  }

  /** Runs {@code command}, which must succeed. */
  String run(String what, String... command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "run", ".out");
    Process process = process(command).redirectOutput(out.toFile()).start();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      end(process);
    }
    String said = Files.readString(out);
    if (!ended || process.exitValue() != 0) {
      throw new AssertionError(
          what + (ended ? " exits with " + process.exitValue() : " does not end") + ":\n" + said);
    }
    return said;
  }

  private ProcessBuilder process(String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(List.of(command)))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("COFRE_.*|SOFTHSM2_CONF"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("COFRE_NO_BUILD", "1");
    builder.environment().put("COFRE_HOME", folder.resolve(".cofre").toString());
    builder.environment().put("COFRE_PORT_BASE", Integer.toString(portBase));
    return builder;
  }

  private static void end(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroy();
    if (process.onExit().completeOnTimeout(null, 20, TimeUnit.SECONDS).join() == null) {
      process.destroyForcibly();
    }
    descendants.forEach(ProcessHandle::destroyForcibly);
    descendants.forEach(
        child -> child.onExit().completeOnTimeout(null, 20, TimeUnit.SECONDS).join());
  }

  @Override
  public void close() throws IOException {
    if (planes != null) {
      end(planes);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Shell::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
