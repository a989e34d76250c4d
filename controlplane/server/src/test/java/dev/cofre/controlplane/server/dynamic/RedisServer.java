package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.EngineKind;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A real Redis with an ACL file, which a test can stop and start again. What it is asked stands in
 * its slow log and in what MONITOR tells.
 */
public final class RedisServer implements LeasedSystem {
  /** Where Debian's redis-tools, which starts nothing, has the program. */
  private static final Path OF_TOOLS = Path.of("/usr/bin/redis-check-rdb");

  private static final Path OF_SERVER = Path.of("/usr/bin/redis-server");
  private static final String ACL = "acl";
  private static final String AWAY = "acl-away";
  private static final String ADMIN = "admin";
  private static final String ADMIN_PASSWORD = "of-the-tests";
  private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

  private static final String USERS =
      """
      user default off resetchannels -@all
      user admin on >of-the-tests ~* &* +@all
      user vault_root on >known-to-a-person resetchannels -@all \
      +acl|setuser +acl|getuser +acl|deluser +acl|save +acl|dryrun
      """;

  private final Path directory;
  private final int port;
  private final String host;
  private final Optional<Path> ca;
  private Process server;
  private Process monitor;

  private RedisServer(Path directory, int port, String host, Optional<Path> ca) {
    this.directory = directory;
    this.port = port;
    this.host = host;
    this.ca = ca;
  }

  /** Starts one with its files in {@code directory}. */
  public static RedisServer start(Path directory) throws IOException {
    return start(directory, USERS, "aclfile " + directory.resolve("redis/acl/users.acl"));
  }

  /** The same with {@code users} and further lines of its configuration. */
  static RedisServer start(Path directory, String users, String... lines) throws IOException {
    int port = freePort();
    return begun(
        new RedisServer(directory.resolve("redis"), port, "127.0.0.1", Optional.empty()),
        users,
        "port " + port,
        lines);
  }

  /** The same that speaks TLS alone, by {@code server.pem} and {@code server.key}. */
  static RedisServer withTls(Path directory, String host, Path ca) throws IOException {
    int port = freePort();
    return begun(
        new RedisServer(directory.resolve("redis"), port, host, Optional.of(ca)),
        USERS,
        "port 0",
        "tls-port " + port,
        "tls-cert-file " + directory.resolve("server.pem"),
        "tls-key-file " + directory.resolve("server.key"),
        "tls-ca-cert-file " + ca,
        "tls-auth-clients no",
        "aclfile " + directory.resolve("redis/acl/users.acl"));
  }

  private static RedisServer begun(RedisServer made, String users, String first, String... lines)
      throws IOException {
    Files.createDirectories(made.directory.resolve(ACL));
    Path program = made.directory.resolve("redis-server");
    Path there = Files.exists(OF_SERVER) ? OF_SERVER : OF_TOOLS;
    if (!Files.isExecutable(there)) {
      throw new AssertionError("no Redis to test with: apt-get install redis-tools");
    }
    // The program is a Redis when it is called by this name.
    Files.createSymbolicLink(program, there);
    Files.writeString(made.directory.resolve(ACL).resolve("users.acl"), users);
    List<String> configuration =
        new ArrayList<>(
            List.of(
                first,
                "bind 127.0.0.1 -::1",
                "dir " + made.directory,
                "save \"\"",
                "appendonly yes",
                "slowlog-log-slower-than 0",
                "slowlog-max-len 20000",
                "acllog-max-len 10000",
                "loglevel verbose",
                "logfile " + made.directory.resolve("server.log")));
    configuration.addAll(List.of(lines));
    Files.write(made.directory.resolve("redis.conf"), configuration);
    boolean started = false;
    try {
      made.start();
      started = true;
      return made;
    } finally {
      if (!started) {
        made.close();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void start() throws IOException {
    server =
        new ProcessBuilder(
                directory.resolve("redis-server").toString(),
                directory.resolve("redis.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("server.out").toFile())
            .start();
    long endNs = System.nanoTime() + LIMIT_NS;
    while (!answers()) {
      if (!server.isAlive() || System.nanoTime() > endNs) {
        throw new IOException("Redis did not start; its log: " + directory);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private boolean answers() {
    try (RedisConnection connection = RedisConnection.open(target())) {
      connection.call("HELLO");
      return true;
    } catch (RedisException e) {
      return !"LOADING".equals(e.code());
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void stop() throws IOException {
    end(monitor);
    monitor = null;
    end(server);
  }

  private static void end(Process process) throws IOException {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Ends it as a loss of power does. */
  public void kill() throws IOException {
    server.destroyForcibly();
    end(server);
  }

  /** Takes away the folder that it saves its users in. */
  public void blockSaving() throws IOException {
    Files.move(directory.resolve(ACL), directory.resolve(AWAY));
  }

  /** Gives it back. */
  public void allowSaving() throws IOException {
    Files.move(directory.resolve(AWAY), directory.resolve(ACL));
  }

  /** Where it is, for the root user. */
  Target target() {
    return new Target(EngineKind.REDIS, host, port, "", ROOT, ca.isPresent(), ca);
  }

  @Override
  public EngineKind kind() {
    return EngineKind.REDIS;
  }

  @Override
  public int port() {
    return port;
  }

  /** Logs in as {@code user}. */
  RedisConnection login(String user, String password) throws IOException, RedisException {
    RedisConnection connection = RedisConnection.open(target());
    try {
      connection.login(user, password.toCharArray());
      return connection;
    } catch (RedisException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public boolean takes(String user, String password) {
    try {
      login(user, password).close();
      return true;
    } catch (IOException | RedisException e) {
      return false;
    }
  }

  /** Whether {@code user} may do {@code command}. */
  boolean may(String user, String password, String... command) {
    try (RedisConnection connection = login(user, password)) {
      connection.call(command);
      return true;
    } catch (IOException | RedisException e) {
      return false;
    }
  }

  /** What the administrator is answered. */
  Object administer(String... command) throws IOException, RedisException {
    try (RedisConnection connection = login(ADMIN, ADMIN_PASSWORD)) {
      return connection.call(command);
    }
  }

  /** Removes {@code user} by the administrator's hand. */
  public void forget(String user) throws Exception {
    administer("ACL", "DELUSER", user);
  }

  /** All users. */
  List<String> allUsers() throws IOException, RedisException {
    return ((List<?>) administer("ACL", "USERS")).stream().map(String::valueOf).toList();
  }

  @Override
  public List<String> users() throws Exception {
    return allUsers().stream().filter(user -> user.startsWith("cofre_")).toList();
  }

  /** Has what it is asked from now on written to a file. */
  void monitor() throws IOException, RedisException {
    ProcessBuilder builder =
        new ProcessBuilder(
                "redis-cli", "-p", String.valueOf(port), "--user", ADMIN, "--no-auth-warning")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("monitor.txt").toFile());
    builder.command().add("monitor");
    builder.environment().put("REDISCLI_AUTH", ADMIN_PASSWORD);
    monitor = builder.start();
    long endNs = System.nanoTime() + LIMIT_NS;
    while (!monitored().contains("\"GET\" \"seen\"")) {
      administer("GET", "seen");
      if (System.nanoTime() > endNs) {
        throw new IOException("nothing is told: " + monitored());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private String monitored() throws IOException {
    return Files.readString(directory.resolve("monitor.txt"), UTF_8);
  }

  /** All that it wrote down or tells of what it was asked. */
  String log() throws IOException, RedisException {
    String end = "end-" + System.nanoTime();
    administer("GET", end);
    long endNs = System.nanoTime() + LIMIT_NS;
    while (!monitored().contains(end) && System.nanoTime() < endNs) {
      LockSupport.parkNanos(20_000_000);
    }
    return monitored()
        + Files.readString(directory.resolve(ACL).resolve("users.acl"), UTF_8)
        + Files.readString(directory.resolve("server.log"), UTF_8)
        + administer("SLOWLOG", "GET", "1000")
        + administer("ACL", "LOG", "1000")
        + administer("ACL", "LIST")
        + administer("CLIENT", "LIST");
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
