package dev.cofre.loadtest.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** A real PostgreSQL that asks for passwords and in which a vault makes credentials. */
public final class LeaseTarget implements AutoCloseable {
  static final String ROOT = "vault_root";

  /** The root user's password that a person knows. */
  public static final String ROOT_PASSWORD = "known-to-a-person";

  static final String DATABASE = "shop";
  private static final String USERS =
      "select rolname, oid || ' ' || rolvaliduntil || ' ' || rolcanlogin from pg_roles"
          + " where rolname like 'cofre\\_%'";

  private final Postgres server;

  private LeaseTarget(Postgres server) {
    this.server = server;
  }

  /** Starts one whose files are in {@code data}. */
  public static LeaseTarget start(Path data) throws Exception {
    LeaseTarget target = new LeaseTarget(Postgres.start(data));
    Files.writeString(
        data.resolve("pg_hba.conf"),
        """
        local all all trust
        host all postgres 127.0.0.1/32 trust
        host all all 127.0.0.1/32 scram-sha-256
        """);
    target.administer("postgres", "select pg_reload_conf()");
    target.administer("postgres", "create database " + DATABASE);
    target.administer(
        DATABASE, "create role " + ROOT + " login createrole password '" + ROOT_PASSWORD + "'");
    target.administer(DATABASE, "alter database " + DATABASE + " owner to " + ROOT);
    target.administer(DATABASE, "create schema sales authorization " + ROOT);
    target.administer(
        DATABASE, "set role " + ROOT + "; create table sales.orders (id int); reset role");
    return target;
  }

  Postgres server() {
    return server;
  }

  /** Its port. */
  public int port() {
    return Integer.parseInt(server.url().replaceAll(".*:(\\d+)/.*", "$1"));
  }

  /** Where clients without a name find the database. */
  String url() {
    return url(DATABASE);
  }

  private String url(String database) {
    return server.url().replace("/postgres", "/" + database);
  }

  void administer(String database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(database), "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  /** How the root user makes and removes users. */
  enum Root {
    /** By itself, as administrator of each. */
    PLAIN,
    /** By the functions of docs/sql. */
    FUNCTIONS,
    /** By itself, as a superuser, which is administrator of none. */
    SUPERUSER
  }

  /** Prepares the database for {@code root}. */
  void prepare(Root root) throws Exception {
    switch (root) {
      case PLAIN -> {}
      case SUPERUSER -> administer(DATABASE, "alter role " + ROOT + " superuser");
      case FUNCTIONS -> {
        Path file =
            Path.of(System.getProperty("cofre.root"), "docs", "sql", "postgresql-users.sql");
        administer(DATABASE, Files.readString(file).replace(":\"root\"", ROOT));
      }
    }
  }

  /** How many roles there are whose name is like {@code pattern}. */
  int count(String pattern) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(DATABASE), "postgres", "");
        PreparedStatement statement =
            connection.prepareStatement("select count(*) from pg_roles where rolname like ?")) {
      statement.setString(1, pattern);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  /** The credentials that are there, each with all that a touch would change. */
  Map<String, String> users() throws SQLException {
    Map<String, String> users = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection(url(DATABASE), "postgres", "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(USERS)) {
      while (rows.next()) {
        users.put(rows.getString(1), rows.getString(2));
      }
    }
    return users;
  }

  /** Whether {@code user} is let in and reads what it may. */
  boolean works(String user, String password) {
    try (Connection connection = DriverManager.getConnection(url(DATABASE), user, password);
        Statement statement = connection.createStatement()) {
      return statement.execute("select * from sales.orders");
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
