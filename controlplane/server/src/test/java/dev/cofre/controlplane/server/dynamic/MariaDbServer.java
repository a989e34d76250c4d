package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.server.TestCertificates;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** A real MariaDB, of the system's package mariadb-server-core, with all of its logs on. */
public final class MariaDbServer implements TestTarget {
  /** Who may do everything, from this machine and without a password. */
  static final String ADMINISTRATOR = "root";

  private static final long START_MAX_NS = TimeUnit.SECONDS.toNanos(120);
  private static final long STOP_MAX_S = 60;
  private static final List<Path> SCRIPTS =
      List.of(Path.of("/usr/share/mysql"), Path.of("/usr/share/mariadb"));
  private static final List<Path> PROGRAMS =
      List.of(Path.of("/usr/sbin/mariadbd"), Path.of("/usr/bin/mariadbd"));

  private final Path directory;
  private final int port;
  private final Path authority;
  private Process process;

  private MariaDbServer(Path directory, int port, Path authority) {
    this.directory = directory;
    this.port = port;
    this.authority = authority;
  }

  /** Starts one with its files in {@code directory}. */
  public static MariaDbServer start(Path directory) throws Exception {
    Path home = Files.createDirectories(directory.resolve("mariadb"));
    TestCertificates certificates = new TestCertificates();
    TestCertificates.Identity identity = certificates.identity("localhost", "localhost");
    TestCertificates.write(home.resolve("server.pem"), identity.certificate());
    TestCertificates.write(home.resolve("server.key"), identity.key());
    MariaDbServer server =
        new MariaDbServer(home, freePort(), certificates.writeAuthority(home.resolve("ca.pem")));
    server.install();
    server.start();
    server.prepare();
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Path program() {
    return PROGRAMS.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "MariaDB is missing: apt-get install mariadb-server-core (./cofre test does)"));
  }

  private Path data() {
    return directory.resolve("data");
  }

  /** As mariadb-install-db does, which needs more packages. */
  private void install() throws Exception {
    Path program = program();
    Path script = directory.resolve("bootstrap.sql");
    Files.writeString(
        script,
        "create database mysql;\nuse mysql;\nset @auth_root_socket = null;\n"
            + script("mysql_system_tables.sql")
            + script("mysql_system_tables_data.sql"));
    Files.createDirectories(data());
    install(
        script,
        program.toString(),
        "--no-defaults",
        "--bootstrap",
        "--user=" + System.getProperty("user.name"),
        "--datadir=" + data(),
        "--innodb-log-file-size=8M");
  }

  private static String script(String name) throws IOException {
    for (Path folder : SCRIPTS) {
      if (Files.isReadable(folder.resolve(name))) {
        return Files.readString(folder.resolve(name)) + '\n';
      }
    }
    throw new AssertionError("MariaDB's " + name + " is in none of " + SCRIPTS);
  }

  private void install(Path input, String... command) throws Exception {
    Path log = directory.resolve("install.log");
    Process installing =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!installing.waitFor(2, TimeUnit.MINUTES) || installing.exitValue() != 0) {
      installing.destroyForcibly();
      throw new AssertionError(Files.readString(log));
    }
  }

  @Override
  public void start() throws IOException {
    run();
  }

  /** Starts it so that it lets everybody in. */
  void startOpen() throws IOException {
    run("--skip-grant-tables");
  }

  private void run(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            program().toString(),
            "--no-defaults",
            "--user=" + System.getProperty("user.name"),
            "--datadir=" + data(),
            // Beneath the folder of data: a socket's path is short.
            "--socket=s",
            "--pid-file=" + directory.resolve("pid"),
            "--port=" + port,
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--general-log=1",
            "--general-log-file=" + directory.resolve("statements.log"),
            "--log-bin=" + directory.resolve("binlog"),
            "--server-id=1",
            "--log-bin-trust-function-creators=1",
            "--event-scheduler=ON",
            "--max-connections=200",
            "--performance-schema=OFF",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=8M",
            "--key-buffer-size=1M",
            "--ssl-ca=" + authority,
            "--ssl-cert=" + directory.resolve("server.pem"),
            "--ssl-key=" + directory.resolve("server.key")));
    command.addAll(List.of(options));
    Path log = directory.resolve("server.log");
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    long endNs = System.nanoTime() + START_MAX_NS;
    while (!takes(ADMINISTRATOR, "")) {
      if (!process.isAlive() || System.nanoTime() > endNs) {
        throw new AssertionError(Files.readString(log));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /** By what docs/SECRETS.md has an administrator run. */
  private void prepare() throws Exception {
    administer("create database shop", "create database sales");
    Path file = Path.of(System.getProperty("cofre.root"), "docs", "sql", "mariadb-root.sql");
    String script = Files.readString(file).replace("CHANGE-ME", ROOT_PASSWORD);
    administer(
        script
            .lines()
            .filter(line -> !line.startsWith("--"))
            .collect(Collectors.joining("\n"))
            .strip()
            .split(";\\s*"));
    administer(
        "create table sales.orders (id serial primary key, item text)",
        "insert into sales.orders (item) values ('lamp')",
        "create table sales.secret (id int)");
  }

  @Override
  public Target target() {
    return new Target(
        EngineKind.MARIADB, "localhost", port, DATABASE, ROOT, false, Optional.empty());
  }

  /** The same over TLS, at {@code host}, by the authority of its certificate. */
  Target encrypted(String host) {
    return new Target(EngineKind.MARIADB, host, port, DATABASE, ROOT, true, Optional.of(authority));
  }

  @Override
  public Connection login(String user, String password) throws SQLException {
    return DriverManager.getConnection(url(""), user, password);
  }

  /** The same, encrypted. */
  Connection loginEncrypted(String user, String password) throws SQLException {
    return DriverManager.getConnection(
        url("?sslMode=verify-ca&serverSslCert=" + authority), user, password);
  }

  private String url(String parameters) {
    return "jdbc:mariadb://127.0.0.1:" + port + "/" + parameters;
  }

  @Override
  public List<String> users() throws SQLException {
    return texts("select User from mysql.global_priv where User like 'cofre\\\\_%' order by 1");
  }

  @Override
  public List<String> texts(String sql) throws SQLException {
    try (Connection connection = login(ADMINISTRATOR, "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  @Override
  public void administer(String... statements) throws SQLException {
    try (Connection connection = login(ADMINISTRATOR, "");
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The general log, and what it would have another server do. */
  @Override
  public String statementLog() throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("binlog.") || name.endsWith(".log")) {
          all.append(Files.readString(file, ISO_8859_1));
        }
      }
    }
    return all.toString();
  }

  @Override
  public void stop() throws IOException {
    process.destroy();
    awaitEnd();
  }

  /** Takes it away as a kill does. */
  void kill() throws IOException {
    process.destroyForcibly();
    awaitEnd();
  }

  private void awaitEnd() throws IOException {
    try {
      if (!process.waitFor(STOP_MAX_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      process.destroyForcibly();
      awaitEnd();
    }
  }
}
