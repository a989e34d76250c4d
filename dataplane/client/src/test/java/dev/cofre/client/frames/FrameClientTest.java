package dev.cofre.client.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.client.TokenSource;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.problem.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class FrameClientTest {
  private static final byte[] PLAINTEXT = {1, 2, 3};
  private static final TokenSource TOKEN = TokenSource.of("test-token".toCharArray());
  private static final FrameLimits LIMITS =
      FrameLimits.DEFAULT.withConnectionsPerNode(1).withTimeoutMs(20_000);

  @TempDir Path folder;

  private static FrameClient client(FrameLimits limits, String... addresses) {
    return FrameClient.create(FrameOptions.of(TOKEN, addresses).withLimits(limits));
  }

  private static CofreException failure(CompletableFuture<?> call) {
    return (CofreException) assertThrows(CompletionException.class, call::join).getCause();
  }

  @Test
  void blockingFuturesAndVertxGiveTheSame() throws Exception {
    try (ScriptedNode node = new ScriptedNode(ScriptedNode::right);
        FrameClient client = client(LIMITS, node.address())) {
      byte[] envelope = client.blocking().encrypt("demo", PLAINTEXT, Map.of("a", "b"));
      assertArrayEquals(PLAINTEXT, client.decrypt(envelope, Map.of()).join());
      assertArrayEquals(
          PLAINTEXT,
          client
              .vertx()
              .decrypt(envelope, Map.of())
              .toCompletionStage()
              .toCompletableFuture()
              .join());
      assertEquals(1, node.connections());
      assertEquals(List.of("test-token"), node.tokens());
    }
  }

  @Test
  void singlesOfManyThreadsAreWrittenTogether() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    AtomicInteger written = new AtomicInteger();
    FrameMetrics metrics =
        new FrameMetrics() {
          @Override
          public void flushed(int requests, int bytes) {
            writes.incrementAndGet();
            written.addAndGet(requests);
          }
        };
    CountDownLatch hello = new CountDownLatch(1);
    try (ScriptedNode node =
            new ScriptedNode(
                frame -> {
                  if (frame.type() == FrameType.HELLO) {
                    await(hello);
                  }
                  return ScriptedNode.right(frame);
                });
        FrameClient client =
            FrameClient.create(
                FrameOptions.of(TOKEN, node.address()).withLimits(LIMITS).withMetrics(metrics))) {
      List<CompletableFuture<byte[]>> calls = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        calls.add(client.encrypt("demo", PLAINTEXT, Map.of()));
      }
      hello.countDown();
      calls.forEach(CompletableFuture::join);
      assertEquals(300, written.get());
      assertEquals(1, writes.get());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(90, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatMayPassIsTriedAgainAfterTheTimeThatTheNodeAskedFor() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedNode node =
            new ScriptedNode(
                frame ->
                    frame.type() == FrameType.ENCRYPT && asked.incrementAndGet() < 3
                        ? ScriptedNode.refused(frame, ErrorCode.OVERLOADED, 150)
                        : ScriptedNode.right(frame));
        FrameClient client = client(LIMITS, node.address())) {
      long startedNs = System.nanoTime();
      client.encrypt("demo", PLAINTEXT, Map.of()).join();
      assertEquals(3, asked.get());
      assertTrue(System.nanoTime() - startedNs >= TimeUnit.MILLISECONDS.toNanos(300));
    }
  }

  @Test
  void whatWillNotPassIsNotTriedAgain() throws Exception {
    try (ScriptedNode node =
            new ScriptedNode(
                frame ->
                    frame.type() == FrameType.HELLO
                        ? ScriptedNode.right(frame)
                        : ScriptedNode.refused(frame, ErrorCode.FORBIDDEN, 0));
        FrameClient client = client(LIMITS, node.address())) {
      CofreException failure = failure(client.encrypt("demo", PLAINTEXT, Map.of()));
      assertEquals(Kind.REFUSED, failure.kind());
      assertEquals(ErrorCode.FORBIDDEN, failure.code().orElseThrow());
      assertEquals(1, node.count(FrameType.ENCRYPT));
    }
  }

  @Test
  void retriesEndWithTheirBudget() throws Exception {
    int calls = 1_000;
    try (ScriptedNode node =
            new ScriptedNode(
                frame ->
                    frame.type() == FrameType.ENCRYPT
                        ? ScriptedNode.refused(frame, ErrorCode.OVERLOADED, 0)
                        : ScriptedNode.right(frame));
        FrameClient client = client(LIMITS.withRetries(4, 0.1), node.address())) {
      List<CompletableFuture<byte[]>> all = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        all.add(client.encrypt("demo", PLAINTEXT, Map.of()));
      }
      all.forEach(call -> assertEquals("overloaded", failure(call).reason()));
      long attempts = node.count(FrameType.ENCRYPT);
      assertTrue(
          attempts > calls && attempts <= calls + RetryBudget.SAVED_MAX + calls / 10,
          () -> attempts + " attempts");
    }
  }

  @Test
  void withoutRetriesALostAnswerIsTold() throws Exception {
    try (ScriptedNode node = new ScriptedNode(FrameClientTest::cutOnUse);
        FrameClient client = client(LIMITS.withRetries(1, 0), node.address())) {
      assertEquals(Kind.UNREACHABLE, failure(client.encrypt("demo", PLAINTEXT, Map.of())).kind());
      assertEquals(1, node.count(FrameType.ENCRYPT));
    }
  }

  private static byte[] cutOnUse(ScriptedNode.Frame frame) {
    if (frame.type() == FrameType.ENCRYPT) {
      ScriptedNode.cut(frame.socket());
      return null;
    }
    return ScriptedNode.right(frame);
  }

  @Test
  void anotherNodeAnswersWhatOneLost() throws Exception {
    try (ScriptedNode bad = new ScriptedNode(FrameClientTest::cutOnUse);
        ScriptedNode good = new ScriptedNode(ScriptedNode::right);
        FrameClient client = client(LIMITS, bad.address(), good.address())) {
      for (int i = 0; i < 50; i++) {
        client.encrypt("demo", PLAINTEXT, Map.of()).join();
      }
      assertEquals(50, good.count(FrameType.ENCRYPT));
    }
  }

  @Test
  void theDeadlineTravelsAndEndsTheCallThereToo() throws Exception {
    AtomicInteger deadlineMs = new AtomicInteger();
    try (ScriptedNode node =
            new ScriptedNode(
                frame -> {
                  if (frame.type() == FrameType.ENCRYPT) {
                    deadlineMs.set((int) frame.deadlineMs());
                    return null;
                  }
                  return ScriptedNode.right(frame);
                });
        FrameClient client = client(LIMITS.withTimeoutMs(2_000), node.address())) {
      assertEquals(Kind.TIMED_OUT, failure(client.encrypt("demo", PLAINTEXT, Map.of())).kind());
      assertTrue(deadlineMs.get() > 0 && deadlineMs.get() <= 2_000, () -> "" + deadlineMs);
      Await.until("cancelled", () -> node.count(FrameType.CANCEL) == 1);
    }
  }

  @Test
  void whatTheCallerCancelsIsCancelledThereAndGivesItsPlaceBack() throws Exception {
    try (ScriptedNode node =
            new ScriptedNode(
                frame -> frame.type() == FrameType.ENCRYPT ? null : ScriptedNode.right(frame));
        FrameClient client = client(LIMITS.withInFlight(1, 1_000), node.address())) {
      CompletableFuture<byte[]> first = client.encrypt("demo", PLAINTEXT, Map.of());
      Await.until("sent", () -> node.count(FrameType.ENCRYPT) == 1);
      assertEquals(Kind.BUSY, failure(client.encrypt("demo", PLAINTEXT, Map.of())).kind());
      assertTrue(first.cancel(true));
      assertEquals(0, client.openCalls());
      Await.until("cancelled", () -> node.count(FrameType.CANCEL) == 1);
      CompletableFuture<byte[]> second = client.encrypt("demo", PLAINTEXT, Map.of());
      Await.until("sent", () -> node.count(FrameType.ENCRYPT) == 2);
      second.orTimeout(50, TimeUnit.MILLISECONDS);
      assertThrows(CompletionException.class, second::join);
      Await.until("cancelled", () -> node.count(FrameType.CANCEL) == 2);
      assertEquals(Kind.BUSY, failure(client.encrypt("demo", new byte[1_001], Map.of())).kind());
    }
  }

  @Test
  void closingWaitsForAnswersAndTakesNothingNew() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    try (ScriptedNode node =
        new ScriptedNode(
            frame -> {
              if (frame.type() == FrameType.ENCRYPT) {
                await(closing);
              }
              return ScriptedNode.right(frame);
            })) {
      FrameClient client = client(LIMITS, node.address());
      CompletableFuture<byte[]> open = client.encrypt("demo", PLAINTEXT, Map.of());
      Await.until("sent", () -> node.count(FrameType.ENCRYPT) == 1);
      CompletableFuture<Void> closed =
          client.closeWithin(20_000).toCompletionStage().toCompletableFuture();
      assertEquals(Kind.LOCAL, failure(client.encrypt("demo", PLAINTEXT, Map.of())).kind());
      assertFalse(closed.isDone());
      closing.countDown();
      assertEquals(PLAINTEXT.length + 180, open.join().length);
      closed.join();
    }
  }

  @Test
  void aNodeThatIsGoneIsLeftAloneAndTakenBack() throws Exception {
    AtomicInteger returned = new AtomicInteger();
    FrameMetrics metrics =
        new FrameMetrics() {
          @Override
          public void returned(String node) {
            returned.incrementAndGet();
          }
        };
    ScriptedNode first = new ScriptedNode(ScriptedNode::right);
    try (ScriptedNode second = new ScriptedNode(ScriptedNode::right);
        FrameClient client =
            FrameClient.create(
                FrameOptions.of(TOKEN, first.address(), second.address())
                    .withLimits(LIMITS)
                    .withMetrics(metrics))) {
      client.encrypt("demo", PLAINTEXT, Map.of()).join();
      int port = first.port();
      first.close();
      for (int i = 0; i < 100; i++) {
        client.encrypt("demo", PLAINTEXT, Map.of()).join();
      }
      try (ScriptedNode again = new ScriptedNode(port, ScriptedNode::right)) {
        Await.until(
            "calls go to the first again",
            () -> {
              client.encrypt("demo", PLAINTEXT, Map.of()).join();
              return again.count(FrameType.ENCRYPT) > 0;
            });
        assertTrue(returned.get() > 0);
      }
    }
  }

  @Test
  void aGoodbyeMovesCallsElsewhereAndLosesNone() throws Exception {
    try (ScriptedNode leaving =
            new ScriptedNode(
                frame -> {
                  byte[] answer = ScriptedNode.right(frame);
                  if (frame.type() != FrameType.ENCRYPT) {
                    return answer;
                  }
                  byte[] goodbye = ScriptedNode.goAway(ErrorCode.NOT_READY);
                  byte[] both = Arrays.copyOf(goodbye, goodbye.length + answer.length);
                  System.arraycopy(answer, 0, both, goodbye.length, answer.length);
                  return both;
                });
        FrameClient client = client(LIMITS.withRetries(1, 0), leaving.address())) {
      for (int i = 0; i < 20; i++) {
        client.encrypt("demo", PLAINTEXT, Map.of()).join();
      }
      assertEquals(20, leaving.connections());
    }
  }

  @Test
  void aNewTokenIsShownOnOpenConnections() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "first\n");
    try (ScriptedNode node = new ScriptedNode(ScriptedNode::right);
        FrameClient client =
            FrameClient.create(
                FrameOptions.of(TokenSource.file(file), node.address()).withLimits(LIMITS))) {
      client.encrypt("demo", PLAINTEXT, Map.of()).join();
      Files.writeString(file, "second\n");
      Await.until("the second token", () -> node.tokens().contains("second"));
      assertEquals(List.of("first", "second"), node.tokens());
      assertEquals(1, node.connections());
      client.encrypt("demo", PLAINTEXT, Map.of()).join();
    }
  }

  @Test
  void aRefusedTokenIsToldAndNotTriedAgain() throws Exception {
    try (ScriptedNode node =
            new ScriptedNode(frame -> ScriptedNode.refused(frame, ErrorCode.UNAUTHENTICATED, 0));
        FrameClient client = client(LIMITS, node.address())) {
      CofreException failure = failure(client.encrypt("demo", PLAINTEXT, Map.of()));
      assertEquals("unauthenticated", failure.reason());
      assertEquals(1, node.connections());
    }
  }

  @Test
  void addressesThatWouldShowTheTokenAreRefused() throws IOException {
    for (String wrong :
        List.of("tcp://192.0.2.1:8442", "http://127.0.0.1:1", "tls://host", "unix:path", "x y")) {
      assertThrows(IllegalArgumentException.class, () -> FrameOptions.of(TOKEN, wrong), wrong);
    }
    String text = FrameOptions.of(TOKEN, "tls://kms.example.net:8442").toString();
    assertEquals("FrameOptions[tls://kms.example.net:8442]", text);
  }
}
