package dev.cofre.controlplane.server.lease;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreLocation;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The room for leases in all, on a store in a real PostgreSQL. */
class LeaseRoomTest {
  private static final String WAITING =
      "select 1 from pg_stat_activity where wait_event_type = 'Lock'";

  private final AtomicLong nowNs = new AtomicLong();

  private static void awaitWaiting(EmbeddedPostgres server) throws SQLException {
    long beganNs = System.nanoTime();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      boolean waits = false;
      while (!waits) {
        assertTrue(System.nanoTime() - beganNs < TimeUnit.SECONDS.toNanos(120), "nobody waits");
        try (ResultSet rows = statement.executeQuery(WAITING)) {
          waits = rows.next();
        }
      }
    }
  }

  @Test
  void nobodyWaitsForTheOneThatCounts() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.builder().start();
        Store store =
            Store.open(
                new StoreLocation(
                    "jdbc:postgresql://localhost:" + server.getPort() + "/postgres",
                    "postgres",
                    ""),
                Clock.systemUTC());
        Connection blocker = server.getPostgresDatabase().getConnection();
        Statement statement = blocker.createStatement()) {
      LeaseIssuer issuer = new LeaseIssuer(store, null, KernelRandom.INSTANCE, nowNs::get);
      issuer.requireRoom();
      nowNs.addAndGet(TimeUnit.SECONDS.toNanos(6));
      blocker.setAutoCommit(false);
      statement.execute("lock table lease in access exclusive mode");
      CompletableFuture<Void> counts =
          CompletableFuture.runAsync(issuer::requireRoom, Thread::startVirtualThread);
      awaitWaiting(server);
      assertTimeoutPreemptively(Duration.ofSeconds(7), issuer::requireRoom);
      assertFalse(counts.isDone());
      blocker.rollback();
      counts.get(120, TimeUnit.SECONDS);
    }
  }
}
