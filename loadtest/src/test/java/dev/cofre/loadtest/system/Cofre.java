package dev.cofre.loadtest.system;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A home and {@code ./cofre dev} on it: the supervisor, both planes, and the command line that
 * finds them. Not thread-safe; its {@link Api}s are.
 */
final class Cofre {
  static final String DATA_PLANE = "dataplane";
  static final String CONTROL_PLANE = "controlplane";

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration CLI_LIMIT = Duration.ofMinutes(3);

  private final Workspace workspace;
  private final Path home;
  private final int portBase;
  private final List<String> options;
  private Child supervisor;

  private Cofre(Workspace workspace, Path home, int portBase, List<String> options) {
    this.workspace = workspace;
    this.home = home;
    this.portBase = portBase;
    this.options = options;
  }

  /**
   * Starts it on the home {@code name} in {@code workspace}, and waits until it is ready.
   *
   * @param options of {@code ./cofre dev}
   */
  static Cofre start(Workspace workspace, String name, String... options) throws Exception {
    Cofre cofre = new Cofre(workspace, workspace.resolve(name), Ports.freeBase(), List.of(options));
    cofre.start();
    return cofre;
  }

  /** The home {@code name} in {@code workspace}, not started. */
  static Cofre at(Workspace workspace, String name) {
    return new Cofre(workspace, workspace.resolve(name), Ports.freeBase(), List.of());
  }

  /** Starts it and does not wait. */
  Child launch() throws IOException {
    List<String> command = new ArrayList<>(List.of("dev"));
    command.addAll(options);
    supervisor = workspace.launch("dev", environment(), command.toArray(String[]::new));
    return supervisor;
  }

  /** Starts it again. */
  void start() throws Exception {
    Child child = launch();
    Await.until(
        () -> "./cofre dev is ready: " + said(child),
        START_LIMIT,
        () -> {
          if (!child.process().isAlive()) {
            throw new AssertionError("./cofre dev has ended: " + child.err());
          }
          return child.out().contains("cofre ready data=" + dataUrl());
        });
  }

  private static String said(Child child) {
    try {
      return child.err();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** SIGTERM to the supervisor; returns its exit code. */
  int stop() throws Exception {
    return supervisor.terminate();
  }

  Child supervisor() {
    return supervisor;
  }

  Workspace workspace() {
    return workspace;
  }

  Path home() {
    return home;
  }

  /** The folder of the audit log of {@code plane}. */
  Path audit(String plane) {
    return home.resolve("audit").resolve(plane);
  }

  Path log(String plane) {
    return home.resolve("log").resolve(plane + ".log");
  }

  /** The process of {@code plane}. */
  ProcessHandle process(String plane) throws IOException {
    String pid = Files.readString(home.resolve("run").resolve(plane + ".pid")).strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  /** The bearer token of {@code principal}. */
  String token(String principal) throws IOException {
    return Files.readString(home.resolve("dev").resolve(principal + ".token")).strip();
  }

  /** All that are bearer tokens. */
  List<Path> tokenFiles() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("dev"))) {
      return files.filter(file -> file.toString().endsWith(".token")).toList();
    }
  }

  int dataPort() {
    return portBase;
  }

  String dataUrl() {
    return "http://127.0.0.1:" + portBase;
  }

  String controlUrl() {
    return "http://127.0.0.1:" + (portBase + 1);
  }

  /** The data plane as {@code principal}. */
  Api data(String principal) throws IOException {
    return Api.at(dataUrl(), null).as(token(principal));
  }

  /** The control plane as {@code principal}. */
  Api control(String principal) throws IOException {
    return Api.at(controlUrl(), null).as(token(principal));
  }

  /** What a shell needs to use it. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("COFRE_HOME", home.toString());
    environment.put("COFRE_PORT_BASE", Integer.toString(portBase));
    return environment;
  }

  /** Runs {@code ./cofre arguments} with {@code input} on its standard input. */
  CliRun cli(byte[] input, String... arguments) throws Exception {
    Path in = Files.createTempFile(workspace.folder(), "stdin", "");
    Files.write(in, input);
    return cli(in, arguments);
  }

  /** The same with the file {@code in} on its standard input. */
  CliRun cli(Path in, String... arguments) throws Exception {
    Path out = Files.createTempFile(workspace.folder(), "stdout", "");
    ProcessBuilder builder =
        Launcher.command(environment(), arguments)
            .redirectInput(in.toFile())
            .redirectOutput(Redirect.to(out.toFile()));
    Child child = workspace.start("cli", builder);
    int exitCode = child.exitCode(CLI_LIMIT);
    return new CliRun(exitCode, Files.readAllBytes(out), child.err());
  }
}
