package dev.cofre.loadtest.system;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The project's launcher, told to build nothing: what it runs is what this build has made. */
final class Launcher {
  /** The project's root. */
  static final Path ROOT = Path.of(System.getProperty("cofre.root")).toAbsolutePath();

  private static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", "TMPDIR");

  private Launcher() {}

  /** A process for {@code ./cofre arguments}, with {@code environment} and little else. */
  static ProcessBuilder command(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("cofre").toString());
    command.addAll(List.of(arguments));
    return with(environment, command);
  }

  /** A process for {@code main} of the control plane's class path. */
  static ProcessBuilder controlPlaneClass(
      Map<String, String> environment, String main, String... arguments) {
    Path target = ROOT.resolve("controlplane/server/target");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(target.resolve("classes") + ":" + target.resolve("lib") + "/*");
    command.add(main);
    command.addAll(List.of(arguments));
    return with(environment, command);
  }

  /** A process for {@code command}, with {@code environment} and little else. */
  static ProcessBuilder program(Map<String, String> environment, List<String> command) {
    return with(environment, command);
  }

  private static ProcessBuilder with(Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().retainAll(INHERITED);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("COFRE_NO_BUILD", "1");
    builder.environment().putAll(environment);
    return builder;
  }
}
