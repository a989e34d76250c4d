package dev.cofre.controlplane.server.api;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What takes long learns that nobody waits for it any more. */
class GoneCallerTest {
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<RequestFacts> asked = new CompletableFuture<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              asked.complete(Exchange.facts(context, stopping::get));
              // In another turn of the loop: whatever their order, that of the facts has run then.
              context.addEndHandler(ended -> vertx.runOnContext(later -> left.complete(null)));
            });
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(120, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(120, TimeUnit.SECONDS);
  }

  @Test
  void whenItsCallerLeavesOrTheNodeStops() throws Exception {
    RequestFacts facts;
    try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
      caller.getOutputStream().write(REQUEST);
      facts = asked.get(120, TimeUnit.SECONDS);
      assertFalse(facts.isGone().getAsBoolean());
      stopping.set(true);
      assertTrue(facts.isGone().getAsBoolean());
      stopping.set(false);
      assertFalse(facts.isGone().getAsBoolean());
    }
    left.get(120, TimeUnit.SECONDS);
    assertTrue(facts.isGone().getAsBoolean());
  }
}
