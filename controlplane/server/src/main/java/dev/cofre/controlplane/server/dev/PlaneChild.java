package dev.cofre.controlplane.server.dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One plane as a child process. Its standard input is held open: when the supervisor is gone,
 * however it went, the plane ends too. Thread-safe.
 */
final class PlaneChild {
  static final String CONTROL_PLANE = "controlplane";
  static final String DATA_PLANE = "dataplane";

  private static final long READY_TIMEOUT_MS = 60_000;
  private static final long POLL_MS = 25;
  private static final long STOP_MARGIN_MS = 5_000;

  private final DevHome home;
  private final String plane;
  private final int port;
  private final Process process;
  private final long logStart;

  private PlaneChild(DevHome home, String plane, int port, Process process, long logStart) {
    this.home = home;
    this.plane = plane;
    this.port = port;
    this.process = process;
    this.logStart = logStart;
  }

  /** Starts {@code main}, whose configuration is in {@code home}. */
  static PlaneChild start(DevHome home, String plane, int port, JavaCommand java, String main)
      throws IOException {
    requireFree(plane, port);
    Path log = home.logFile(plane);
    long logStart;
    try (FileChannel channel =
        FileChannel.open(
            log,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      logStart = channel.size();
    }
    Process process =
        java.start(
            main,
            List.of("--config", home.configuration(plane).toString()),
            builder -> {
              builder.redirectErrorStream(true);
              builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
              builder.environment().put("SOFTHSM2_CONF", home.softHsmConf().toString());
              builder.environment().put("COFRE_SUPERVISED", "1");
            });
    Files.writeString(home.pidFile(plane), process.pid() + "\n");
    return new PlaneChild(home, plane, port, process, logStart);
  }

  private static void requireFree(String plane, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new DevException(
          "port "
              + port
              + " for the "
              + plane
              + " is in use; stop the other process or set COFRE_PORT_BASE to another base");
    }
  }

  /**
   * Waits until it answers that it is ready.
   *
   * @throws DevException with its own reason when it ends before, or takes too long
   */
  void awaitReady(HttpClient http) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + "/health/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_TIMEOUT_MS);
    String last = "no answer";
    while (System.nanoTime() < deadline) {
      if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
        throw new DevException(
            "the " + plane + " did not start: " + reason() + " (log: " + log() + ")");
      }
      try {
        HttpResponse<String> response =
            http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() == 200 && process.isAlive()) {
          return;
        }
        last = response.body().strip();
      } catch (IOException e) {
        last = "no answer yet";
      }
    }
    throw new DevException("the " + plane + " is not ready: " + last + " (log: " + log() + ")");
  }

  /** The last thing that it said for people. */
  private String reason() throws IOException {
    byte[] log = Files.readAllBytes(log());
    int start = (int) Math.min(logStart, log.length);
    List<String> lines =
        new String(log, start, log.length - start, StandardCharsets.UTF_8).lines().toList();
    String own = "cofre " + plane + ": ";
    return lines.reversed().stream()
        .filter(line -> line.startsWith(own))
        .map(line -> line.substring(own.length()))
        .findFirst()
        .orElse(lines.isEmpty() ? "exit code " + process.exitValue() : lines.getLast());
  }

  /** SIGTERM, then SIGKILL when it takes longer than its drain time allows. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(DevConfigurations.DRAIN_MS + STOP_MARGIN_MS, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
    forgetPid();
  }

  /** Removes the pid file of a process that has ended. */
  void forgetPid() {
    try {
      Files.deleteIfExists(home.pidFile(plane));
    } catch (IOException e) {
      System.err.println("cofre dev: the pid file of the " + plane + " cannot be removed");
    }
  }

  Process process() {
    return process;
  }

  String plane() {
    return plane;
  }

  Path log() {
    return home.logFile(plane);
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }
}
