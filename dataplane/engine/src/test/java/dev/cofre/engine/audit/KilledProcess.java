package dev.cofre.engine.audit;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A process of this class path that says on a line of its standard output what it has done, until
 * it is killed. {@link #close} kills it, and returns when it is gone.
 */
public final class KilledProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader said;

  private KilledProcess(Process process) {
    this.process = process;
    this.said = process.inputReader();
  }

  /** Starts {@code main} with {@code arguments}. */
  public static KilledProcess start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx128m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new KilledProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** What it says next. */
  public String line() throws IOException {
    String line = said.readLine();
    assertNotNull(line, "the process ended by itself");
    return line;
  }

  /** Kills it after {@code lines} lines, and adds what it has said to {@code into}. */
  public void killAfter(int lines, Set<String> into) throws IOException {
    for (int i = 0; i < lines; i++) {
      into.add(line());
    }
    process.toHandle().destroyForcibly();
    // The last line may be cut.
    String last = null;
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (last != null) {
        into.add(last);
      }
      last = line;
    }
    process.onExit().join();
  }

  @Override
  public void close() throws IOException {
    process.toHandle().destroyForcibly();
    said.close();
    process.onExit().join();
  }
}
