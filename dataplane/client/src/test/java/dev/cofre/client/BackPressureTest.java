package dev.cofre.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException.Kind;
import dev.cofre.client.Endpoint.Limits;
import dev.cofre.client.StreamExchangeTest.Endless;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the sockets of both ends hold is the kernel's; what the client holds beside is bounded. */
@Timeout(180)
class BackPressureTest {
  private static final long BOUND_BYTES = 16L * 1024 * 1024;

  private static Vertx vertx;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void aServiceThatDoesNotReadStopsTheSourceAndIsNotWaitedForWithoutEnd() {
    Endless source = new Endless();
    try (ScriptedServer deaf = ScriptedServer.start(vertx, (socket, received) -> socket.pause());
        CofreClient client =
            CofreClient.create(vertx, deaf.endpoint().withLimits(new Limits(20_000, 500, 1)))) {
      CofreException failure =
          assertThrows(
              CofreException.class,
              () ->
                  client
                      .blocking()
                      .encrypt("demo", source, OutputStream.nullOutputStream(), Map.of()));
      assertEquals(Kind.TIMED_OUT, failure.kind());
    }
    assertTrue(source.readBytes() < BOUND_BYTES, () -> source.readBytes() + " bytes were read");
  }

  @Test
  void aSinkThatDoesNotWriteStopsTheAnswerAndIsWaitedFor() throws InterruptedException {
    AtomicLong sentBytes = new AtomicLong();
    CountDownLatch full = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    OutputStream stuck =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            await(release);
            throw new IOException("enough");
          }
        };
    try (ScriptedServer flood =
            ScriptedServer.start(
                vertx,
                (socket, received) -> {
                  if (sentBytes.get() == 0) {
                    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    flood(socket, sentBytes, full);
                  }
                });
        CofreClient client =
            CofreClient.create(vertx, flood.endpoint().withLimits(new Limits(20_000, 500, 1)))) {
      Thread reader =
          new Thread(
              () ->
                  assertThrows(
                      IOException.class,
                      () -> client.blocking().encrypt("demo", new Endless(), stuck, Map.of())));
      reader.start();
      assertTrue(full.await(90, TimeUnit.SECONDS), "the service was never held up");
      assertTrue(sentBytes.get() < BOUND_BYTES, () -> sentBytes + " bytes were taken");
      release.countDown();
      reader.join();
    }
  }

  private static void flood(NetSocket socket, AtomicLong sentBytes, CountDownLatch full) {
    Buffer chunk = Buffer.buffer("10000\r\n").appendBytes(new byte[0x10000]).appendString("\r\n");
    while (!socket.writeQueueFull() && sentBytes.get() < 4 * BOUND_BYTES) {
      socket.write(chunk.copy());
      sentBytes.addAndGet(0x10000);
    }
    long sentSoFar = sentBytes.get();
    socket.drainHandler(drained -> flood(socket, sentBytes, full));
    // Held up: nothing was taken for as long as five of the client's stall timeouts.
    vertx.setTimer(
        2_500,
        timer -> {
          if (sentBytes.get() == sentSoFar) {
            full.countDown();
          }
        });
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }
}
