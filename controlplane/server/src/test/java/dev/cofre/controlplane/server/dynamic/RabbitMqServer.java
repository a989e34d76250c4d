package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.server.dynamic.RabbitMqApi.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A real RabbitMQ with its management plugin, on ports of its own, which a test can stop and start
 * again. Its port mapper (epmd) is a process of its own, too, and ends with it.
 */
public final class RabbitMqServer implements LeasedSystem {
  /** Where the queue of the tests is. */
  public static final String VHOST = "shop";

  /** The queue of the tests. */
  public static final String QUEUE = "orders";

  static final String ADMIN = "admin";
  private static final String ADMIN_PASSWORD = "of-the-tests";
  private static final long START_NS = TimeUnit.SECONDS.toNanos(180);
  private static final long STOP_S = 60;
  private static final int AMQP_MS = 30_000;

  private final Path directory;
  private final Programs programs;
  private final String host;
  private final Optional<Path> ca;
  private final int amqpPort;
  private final int port;
  private final int nodePort;
  private final int mapperPort;
  private Process mapper;
  private Process server;

  /** Where Erlang and RabbitMQ are. */
  private record Programs(Path erlang, Path rabbit) {
    /** The system's, or those that {@code ./cofre test} has unpacked. */
    static Programs find() throws IOException {
      Path root = Path.of(System.getProperty("cofre.root", "."));
      Path unpacked = root.resolve("target/rabbitmq");
      for (Path base : List.of(Path.of("/"), unpacked)) {
        Path erlang = base.resolve("usr/lib/erlang");
        Path rabbits = base.resolve("usr/lib/rabbitmq/lib");
        boolean whole = !base.equals(unpacked) || Files.exists(unpacked.resolve("complete"));
        if (whole && Files.isDirectory(erlang) && Files.isDirectory(rabbits)) {
          return new Programs(erlang, one(rabbits, "rabbitmq_server-"));
        }
      }
      throw new AssertionError("no RabbitMQ to test with: ./cofre test unpacks one");
    }

    private static Path one(Path folder, String beginning) throws IOException {
      try (Stream<Path> all = Files.list(folder)) {
        return all.filter(one -> one.getFileName().toString().startsWith(beginning))
            .findFirst()
            .orElseThrow(() -> new AssertionError("nothing of " + beginning + " in " + folder));
      }
    }

    Path binaries() throws IOException {
      return one(erlang, "erts-").resolve("bin");
    }
  }

  private RabbitMqServer(Path directory, String host, Optional<Path> ca) throws IOException {
    this.directory = directory;
    this.programs = Programs.find();
    this.host = host;
    this.ca = ca;
    // All at once, so that none is given twice.
    try (ServerSocket one = free();
        ServerSocket two = free();
        ServerSocket three = free();
        ServerSocket four = free()) {
      amqpPort = one.getLocalPort();
      port = two.getLocalPort();
      nodePort = three.getLocalPort();
      mapperPort = four.getLocalPort();
    }
  }

  private static ServerSocket free() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  /** Starts one with its files in {@code directory}. */
  public static RabbitMqServer start(Path directory) throws IOException {
    RabbitMqServer made =
        new RabbitMqServer(directory.resolve("rabbitmq"), "127.0.0.1", Optional.empty());
    return made.begun("management.tcp.ip = 127.0.0.1", "management.tcp.port = " + made.port);
  }

  /** The same whose API speaks TLS alone, by {@code server.pem} and {@code server.key}. */
  static RabbitMqServer withTls(Path directory, String host, Path ca) throws IOException {
    RabbitMqServer made = new RabbitMqServer(directory.resolve("rabbitmq"), host, Optional.of(ca));
    return made.begun(
        "management.ssl.ip = 127.0.0.1",
        "management.ssl.port = " + made.port,
        "management.ssl.cacertfile = " + ca,
        "management.ssl.certfile = " + directory.resolve("server.pem"),
        "management.ssl.keyfile = " + directory.resolve("server.key"));
  }

  private RabbitMqServer begun(String... lines) throws IOException {
    Files.createDirectories(directory.resolve("log"));
    List<String> configuration =
        new ArrayList<>(
            List.of(
                "listeners.tcp.local = 127.0.0.1:" + amqpPort,
                "default_user = " + ADMIN,
                "default_pass = " + ADMIN_PASSWORD,
                "default_user_tags.administrator = true",
                "log.file.level = debug",
                "disk_free_limit.absolute = 1MB"));
    configuration.addAll(List.of(lines));
    Files.write(directory.resolve("rabbitmq.conf"), configuration);
    Files.writeString(directory.resolve("enabled_plugins"), "[rabbitmq_management].\n");
    boolean started = false;
    try {
      start();
      prepare();
      started = true;
      return this;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  private void prepare() throws IOException {
    vhost(VHOST);
    queue(VHOST, QUEUE);
    user(ROOT, ROOT_PASSWORD, "administrator");
  }

  @Override
  public void start() throws IOException {
    Path binaries = programs.binaries();
    mapper =
        begin(
            "mapper.out",
            List.of(
                binaries.resolve("epmd").toString(),
                "-address",
                "127.0.0.1",
                "-port",
                String.valueOf(mapperPort)));
    await("epmd", mapper, () -> isOpen(mapperPort));
    server = begin("server.out", command(binaries));
    await("RabbitMQ", server, () -> isOpen(amqpPort) && isOpen(port) && answers());
  }

  /** As its script starts it, but for the script: so the process is the server itself. */
  private List<String> command(Path binaries) {
    return List.of(
        binaries.resolve("erlexec").toString(),
        "-noinput",
        "+W",
        "w",
        "+sbwt",
        "none",
        "+sbwtdcpu",
        "none",
        "+sbwtdio",
        "none",
        "-s",
        "rabbit",
        "boot",
        "-boot",
        programs.erlang.resolve("bin/start_sasl").toString(),
        "-kernel",
        "inet_dist_use_interface",
        "{127,0,0,1}",
        "-syslog",
        "logger",
        "[]",
        "-syslog",
        "syslog_error_logger",
        "false");
  }

  private Process begin(String output, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(output).toFile());
    environment(builder.environment());
    return builder.start();
  }

  private void environment(Map<String, String> environment) throws IOException {
    environment.keySet().removeIf(name -> name.startsWith("RABBITMQ_") || name.startsWith("ERL_"));
    environment.put("HOME", directory.toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("ROOTDIR", programs.erlang.toString());
    environment.put("BINDIR", programs.binaries().toString());
    environment.put("EMU", "beam");
    environment.put("PROGNAME", "erl");
    environment.put("ERL_EPMD_PORT", String.valueOf(mapperPort));
    environment.put("ERL_LIBS", programs.rabbit.resolve("plugins").toString());
    environment.put("ERL_CRASH_DUMP", directory.resolve("crash.dump").toString());
    environment.put("RABBITMQ_HOME", programs.rabbit.toString());
    environment.put("RABBITMQ_PLUGINS_DIR", programs.rabbit.resolve("plugins").toString());
    environment.put("RABBITMQ_NODENAME", "cofre" + port + "@localhost");
    environment.put("RABBITMQ_DIST_PORT", String.valueOf(nodePort));
    environment.put("RABBITMQ_CONFIG_FILE", directory.resolve("rabbitmq").toString());
    environment.put(
        "RABBITMQ_ENABLED_PLUGINS_FILE", directory.resolve("enabled_plugins").toString());
    environment.put("RABBITMQ_MNESIA_BASE", directory.resolve("data").toString());
    environment.put("RABBITMQ_LOG_BASE", directory.resolve("log").toString());
    environment.put("RABBITMQ_LOGS", directory.resolve("log/server.log").toString());
    environment.put("RABBITMQ_PID_FILE", directory.resolve("server.pid").toString());
    environment.put("RABBITMQ_GENERATED_CONFIG_DIR", directory.resolve("generated").toString());
    environment.put("RABBITMQ_CONF_ENV_FILE", directory.resolve("no-such-file").toString());
  }

  /** Something that becomes so. */
  @FunctionalInterface
  private interface Condition {
    boolean holds();
  }

  private void await(String what, Process process, Condition condition) throws IOException {
    long beganNs = System.nanoTime();
    while (!condition.holds()) {
      if (!process.isAlive() || System.nanoTime() - beganNs > START_NS) {
        throw new IOException(what + " did not start; its output: " + directory);
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean answers() {
    return takes(ADMIN, ADMIN_PASSWORD);
  }

  @Override
  public void stop() throws IOException {
    end(server);
    server = null;
    end(mapper);
    mapper = null;
  }

  private static void end(Process process) throws IOException {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IOException(e);
    }
  }

  /** Ends it as a loss of power does. */
  public void kill() throws IOException {
    server.destroyForcibly();
    stop();
  }

  /** Where its API is, for the root user. */
  Target target() {
    return new Target(EngineKind.RABBITMQ, host, port, "", ROOT, ca.isPresent(), ca);
  }

  @Override
  public EngineKind kind() {
    return EngineKind.RABBITMQ;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public boolean takes(String user, String password) {
    try (RabbitMqApi api = RabbitMqApi.of(target().as(user), password.toCharArray())) {
      return RabbitMqEngine.isTaken(RabbitMqEngine.whoAmI(api));
    } catch (TargetException e) {
      return false;
    }
  }

  /** Connects to {@code vhost} by AMQP as {@code user}. */
  public Connection connect(String user, String password, String vhost)
      throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(amqpPort);
    factory.setUsername(user);
    factory.setPassword(password);
    factory.setVirtualHost(vhost);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(AMQP_MS);
    factory.setHandshakeTimeout(AMQP_MS);
    factory.setChannelRpcTimeout(AMQP_MS);
    return factory.newConnection("test");
  }

  /** The same for one that opens the connection and does nothing more, whatever it is told. */
  SilentAmqpClient connectSilently(String user, String password, String vhost) throws IOException {
    return SilentAmqpClient.connect(amqpPort, user, password, vhost);
  }

  /** What is done by a channel. */
  @FunctionalInterface
  public interface Use {
    /** Does it. */
    void by(Channel channel) throws Exception;
  }

  /** Whether {@code user} may do {@code use} in {@code vhost}, by AMQP. */
  boolean may(String user, String password, String vhost, Use use) {
    try (Connection connection = connect(user, password, vhost);
        Channel channel = connection.createChannel()) {
      use.by(channel);
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  /** What the administrator is answered. */
  Answer administer(String method, JsonObject document, String... path) throws IOException {
    try (RabbitMqApi api = RabbitMqApi.of(target().as(ADMIN), ADMIN_PASSWORD.toCharArray())) {
      Answer answer =
          switch (method) {
            case "GET" -> api.get(method, path);
            case "PUT" -> api.put(method, document, path);
            case "DELETE" -> api.delete(method, path);
            default -> throw new AssertionError(method);
          };
      if (!answer.isDone()) {
        throw new IOException(method + ' ' + String.join(" ", path) + ": " + answer);
      }
      return answer;
    } catch (TargetException e) {
      throw new IOException(e);
    }
  }

  /** Makes {@code name}, in which the administrator may do everything. */
  void vhost(String name) throws IOException {
    administer("PUT", new JsonObject(), "vhosts", name);
    JsonObject all = new JsonObject().put("configure", ".*").put("write", ".*").put("read", ".*");
    administer("PUT", all, "permissions", name, ADMIN);
  }

  /** Makes a queue. */
  void queue(String vhost, String name) throws IOException {
    try (Connection connection = connect(ADMIN, ADMIN_PASSWORD, vhost);
        Channel channel = connection.createChannel()) {
      channel.queueDeclare(name, true, false, false, Map.of());
    } catch (TimeoutException e) {
      throw new IOException(e);
    }
  }

  /** Has {@code name} be there, with {@code tags}. */
  void user(String name, String password, String... tags) throws IOException {
    administer(
        "PUT",
        new JsonObject().put("password", password).put("tags", new JsonArray(List.of(tags))),
        "users",
        name);
  }

  /** Removes {@code user} by the administrator's hand. */
  public void forget(String user) throws IOException {
    administer("DELETE", null, "users", user);
  }

  /** All users. */
  List<String> allUsers() throws IOException {
    return named(administer("GET", null, "users"), "name");
  }

  private static List<String> named(Answer answer, String field) {
    return new JsonArray(answer.text())
        .stream().map(one -> ((JsonObject) one).getString(field)).sorted().toList();
  }

  /** Those who are connected now, each as often as it is. */
  List<String> connected(String user) throws IOException {
    return named(administer("GET", null, "connections", "username", user), "name");
  }

  @Override
  public List<String> users() throws Exception {
    return allUsers().stream().filter(user -> user.startsWith("cofre_")).toList();
  }

  /** The user {@code name} as the administrator sees it. */
  JsonObject see(String name) throws IOException {
    return new JsonObject(administer("GET", null, "users", name).text());
  }

  /** All that it wrote down, and what it tells of what it holds. */
  String log() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String part : List.of("users", "permissions", "definitions", "connections")) {
      all.append(administer("GET", null, part).text());
    }
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file, UTF_8));
      }
    }
    return all.append(Files.readString(directory.resolve("server.out"), UTF_8)).toString();
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
