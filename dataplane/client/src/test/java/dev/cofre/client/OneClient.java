package dev.cofre.client;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests that share one client and the data plane it asks. */
abstract class OneClient {
  static Vertx vertx;
  static TestDataPlane plane;
  static CofreClient client;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    plane = TestDataPlane.start(vertx);
    client = CofreClient.create(vertx, plane.endpoint());
  }

  @AfterAll
  static void stop() {
    client.close();
    plane.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
