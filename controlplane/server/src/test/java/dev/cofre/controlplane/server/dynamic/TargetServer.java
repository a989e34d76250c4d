package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.EngineKind;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.concurrent.ThreadLocalRandom;

/** A real PostgreSQL. */
public final class TargetServer implements TestTarget {
  private final Path directory;
  private final int port;
  private EmbeddedPostgres server;

  private TargetServer(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /** Starts one with its files in {@code directory}. */
  public static TargetServer start(Path directory) throws Exception {
    TargetServer target = new TargetServer(directory.resolve("target"), freePort());
    target.start();
    Files.writeString(
        target.directory.resolve("pg_hba.conf"),
        """
        local all all trust
        host all postgres 127.0.0.1/32 trust
        host all postgres ::1/128 trust
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256
        """);
    target.administerIn("postgres", "select pg_reload_conf()");
    target.administerIn("postgres", "create database " + DATABASE);
    target.administer(
        "create role " + ROOT + " login createrole password '" + ROOT_PASSWORD + "'",
        "alter database shop owner to " + ROOT,
        "create schema sales authorization " + ROOT,
        "set role " + ROOT,
        "create table sales.orders (id serial primary key, item text)",
        "insert into sales.orders (item) values ('lamp')",
        "create table sales.secret (id int)");
    return target;
  }

  /** Below those that clients get, which could take it while the server is not there. */
  private static int freePort() {
    int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
    while (!isFree(port)) {
      port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
    }
    return port;
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void start() throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setDataDirectory(directory)
            .setCleanDataDirectory(false)
            .setPort(port)
            .setServerConfig("max_connections", "200")
            .setServerConfig("log_statement", "all")
            .setServerConfig("logging_collector", "on")
            .setServerConfig("log_directory", "statements")
            .start();
  }

  @Override
  public void stop() throws IOException {
    server.close();
  }

  @Override
  public Target target() {
    return new Target(
        EngineKind.POSTGRESQL, "localhost", port, DATABASE, ROOT, false, Optional.empty());
  }

  @Override
  public Connection login(String user, String password) throws SQLException {
    return DriverManager.getConnection(url(DATABASE), user, password);
  }

  @Override
  public List<String> users() throws SQLException {
    return texts("select rolname from pg_roles where rolname like 'cofre\\_%' order by 1");
  }

  @Override
  public List<String> texts(String sql) throws SQLException {
    try (Connection connection = superuser(DATABASE);
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
    administerIn(DATABASE, statements);
  }

  private void administerIn(String database, String... statements) throws SQLException {
    try (Connection connection = superuser(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Puts the functions there that docs/SECRETS.md has a superuser put there. */
  void installUserFunctions() throws Exception {
    Path file = Path.of(System.getProperty("cofre.root"), "docs", "sql", "postgresql-users.sql");
    try (Connection connection = superuser(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(Files.readString(file).replace(":\"root\"", ROOT));
    }
  }

  @Override
  public String statementLog() throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(directory.resolve("statements"))) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  /** A connection of the superuser. */
  Connection superuser() throws SQLException {
    return superuser(DATABASE);
  }

  private Connection superuser(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "postgres", "");
  }

  private String url(String database) {
    return "jdbc:postgresql://localhost:" + port + "/" + database;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
