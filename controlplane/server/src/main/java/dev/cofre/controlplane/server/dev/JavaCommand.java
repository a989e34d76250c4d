package dev.cofre.controlplane.server.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Starts Java programs of this project in processes of their own. Immutable.
 *
 * @param classPath of the program
 * @param options of its JVM, beside those that every one needs
 */
public record JavaCommand(String classPath, List<String> options) {
  private static final List<String> ALWAYS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+ExitOnOutOfMemoryError");

  /** With the JVM options in the environment variable {@code variable}, or else {@code options}. */
  static JavaCommand of(String classPath, String variable, List<String> options) {
    String own = System.getenv(variable);
    return new JavaCommand(
        classPath,
        own == null || own.isBlank() ? options : Arrays.asList(own.strip().split("\\s+")));
  }

  /** Starts {@code main} with {@code arguments}; {@code settings} adjusts streams and so on. */
  public Process start(String main, List<String> arguments, Consumer<ProcessBuilder> settings)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ALWAYS);
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    settings.accept(builder);
    return builder.start();
  }
}
