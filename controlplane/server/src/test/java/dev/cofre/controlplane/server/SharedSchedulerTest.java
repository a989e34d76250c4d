package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.store.StoreLocation;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two control planes on one PostgreSQL: what is due is done once. */
class SharedSchedulerTest {
  private static final int KEYS = 30;

  @TempDir Path directory;

  @Test
  void eachKeyIsRotatedOnce() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
      StoreLocation location =
          new StoreLocation(
              "jdbc:postgresql://localhost:" + server.getPort() + "/postgres", "postgres", "");
      try (TestPlane one = new TestPlane(directory.resolve("one"), location, "control-1");
          TestPlane two = new TestPlane(directory.resolve("two"), location, "control-2")) {
        for (int i = 0; i < KEYS; i++) {
          two.createKey("shared-" + i);
        }
        one.clock.advance(Duration.ofDays(366));
        two.clock.advance(Duration.ofDays(366));
        for (int i = 0; i < KEYS; i++) {
          awaitRotated(two, "shared-" + i);
        }
        awaitRotated(two, "demo");
        assertEquals(KEYS + 1, rotations(one, two));
      }
    }
  }

  private static long rotations(TestPlane one, TestPlane two) throws Exception {
    List<JsonObject> first = one.audit();
    List<JsonObject> second = two.audit();
    return Stream.concat(first.stream(), second.stream())
        .filter(event -> event.getString("action").equals("key:rotate"))
        .count();
  }

  private static void awaitRotated(TestPlane plane, String alias) throws Exception {
    Await.until(
        alias + " is rotated",
        () -> {
          int version =
              new JsonObject(plane.get("auditor", "/v1/keys/" + alias).body())
                  .getInteger("currentVersion");
          assertTrue(version <= 2, alias + " was rotated twice");
          return version == 2;
        });
  }
}
