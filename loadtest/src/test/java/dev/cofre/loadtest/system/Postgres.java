package dev.cofre.loadtest.system;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real PostgreSQL on loopback that can go away and come back with what it holds. Not thread-safe.
 */
final class Postgres implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Path data;
  private final int port;
  private EmbeddedPostgres server;

  private Postgres(Path data, int port) {
    this.data = data;
    this.port = port;
  }

  /** Starts one whose files are in {@code data}. */
  static Postgres start(Path data) throws IOException {
    Postgres postgres = new Postgres(data, Ports.freeBase());
    postgres.start();
    return postgres;
  }

  /** Starts it, at the port and with the files that it had. */
  void start() throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(true)
            .setPGStartupWait(START_LIMIT)
            .setPort(port)
            .start();
  }

  /** Stops it; open connections are cut. */
  void stop() throws IOException {
    server.close();
    server = null;
  }

  /** Has all its processes stand still: connections stay open, and nobody answers. */
  void freeze() throws Exception {
    signal("-STOP");
  }

  /** Lets it go on after {@link #freeze}. */
  void thaw() throws Exception {
    signal("-CONT");
  }

  private void signal(String signal) throws Exception {
    long postmaster =
        Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
    ProcessHandle process = ProcessHandle.of(postmaster).orElseThrow();
    List<String> command = new ArrayList<>(List.of("kill", signal));
    Stream.concat(Stream.of(process), process.descendants())
        .map(ProcessHandle::pid)
        .map(String::valueOf)
        .forEach(command::add);
    if (new ProcessBuilder(command).start().waitFor() != 0) {
      throw new AssertionError("no " + signal + " for PostgreSQL");
    }
  }

  /** Where it is, for {@code store.url}. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** Has the control planes of {@code deployment} work on it. */
  void serve(Deployment deployment) {
    deployment.settings(Cofre.CONTROL_PLANE).put("store.url", url());
    deployment.settings(Cofre.CONTROL_PLANE).put("store.user", "postgres");
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }
}
