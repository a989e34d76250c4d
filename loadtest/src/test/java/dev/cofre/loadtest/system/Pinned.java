package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Processes that run on one processor alone. */
final class Pinned {
  private static final int NICEST = 19;

  private Pinned() {}

  /** Moves all threads of {@code pid} to {@code processor}. */
  static void move(Workspace workspace, long pid, int processor) throws Exception {
    move(workspace, pid, "" + processor);
  }

  /** Moves all threads of {@code pid} to {@code processors}, a list as taskset takes it. */
  static void move(Workspace workspace, long pid, String processors) throws Exception {
    ProcessBuilder builder =
        Launcher.program(Map.of(), List.of("taskset", "-a", "-c", "-p", processors, "" + pid));
    assertEquals(0, workspace.start("taskset", builder).exitCode(Duration.ofSeconds(60)));
  }

  /** Has all threads of {@code pid} run when nobody else wants their processor. */
  static void giveWay(Workspace workspace, long pid) throws Exception {
    giveWay(workspace, pid, NICEST);
  }

  /** Has all threads of {@code pid} take less of their processor than others: {@code nice}. */
  static void giveWay(Workspace workspace, long pid, int nice) throws Exception {
    List<String> command = new ArrayList<>(List.of("renice", "-n", "" + nice, "-p"));
    try (Stream<Path> threads = Files.list(Path.of("/proc", "" + pid, "task"))) {
      threads.map(thread -> thread.getFileName().toString()).forEach(command::add);
    }
    ProcessBuilder builder = Launcher.program(Map.of(), command);
    assertEquals(0, workspace.start("renice", builder).exitCode(Duration.ofSeconds(60)));
  }

  /** A class of {@code module} on {@code processor}. */
  static ProcessBuilder java(
      int processor, String module, List<String> options, String main, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("taskset", "-c", "" + processor));
    command.addAll(javaCommand(module, options, main, arguments));
    return Launcher.program(Map.of(), command);
  }

  /** The same on any processor. */
  static List<String> javaCommand(
      String module, List<String> options, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(module)));
    command.add(main);
    command.addAll(arguments);
    return command;
  }

  /** Of this module it is the test's own, which is there before anything was packaged. */
  static String classPath(String module) {
    if (module.equals("loadtest")) {
      return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
    Path target = Launcher.ROOT.resolve(module).resolve("target");
    return target.resolve("classes") + ":" + target.resolve("lib") + "/*";
  }
}
