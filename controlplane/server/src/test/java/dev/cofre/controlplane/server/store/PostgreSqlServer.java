package dev.cofre.controlplane.server.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real server of PostgreSQL for the tests of a class, with a database for each of them. */
public final class PostgreSqlServer implements BeforeAllCallback, AfterAllCallback {
  private EmbeddedPostgres server;
  private int databases;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    server = EmbeddedPostgres.builder().start();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    server.close();
  }

  /** An empty database of its own. */
  public StoreLocation freshDatabase() throws SQLException {
    String name = "fresh" + ++databases;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return new StoreLocation(
        "jdbc:postgresql://localhost:" + server.getPort() + "/" + name, "postgres", "");
  }
}
