package dev.cofre.controlplane.server.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgreSqlStoreTest extends StoreContract {
  private static EmbeddedPostgres server;
  private static int databases;

  private StoreLocation location;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Override
  StoreLocation freshDatabase() throws Exception {
    String name = "store" + ++databases;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    location =
        new StoreLocation(
            "jdbc:postgresql://localhost:" + server.getPort() + "/" + name, "postgres", "");
    return location;
  }

  @Override
  public Store reopened(Clock clock) {
    return Store.open(location, clock);
  }
}
