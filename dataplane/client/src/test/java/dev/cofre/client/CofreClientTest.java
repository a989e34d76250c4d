package dev.cofre.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CofreClientTest extends OneClient {
  private static final Map<String, String> CONTEXT = Map.of("order", "7", "für", "a=b, c%");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 3_000_000})
  void whatWasEncryptedIsDecrypted(int length) {
    byte[] plaintext = new byte[length];
    new Random(length).nextBytes(plaintext);
    byte[] envelope = client.blocking().encrypt("demo", plaintext, CONTEXT);
    assertEquals(EnvelopeFormat.envelopeLength(length), envelope.length);
    assertArrayEquals(plaintext, client.blocking().decrypt(envelope, CONTEXT));
  }

  @Test
  void anotherContextIsRefusedWithTheServicesOwnWords() {
    byte[] envelope = client.blocking().encrypt("demo", new byte[10], CONTEXT);
    CofreException failure =
        assertThrows(CofreException.class, () -> client.blocking().decrypt(envelope, Map.of()));
    assertEquals(Kind.REFUSED, failure.kind());
    assertEquals(ErrorCode.INVALID_CIPHERTEXT, failure.code().orElseThrow());
    assertEquals("invalid_ciphertext", failure.reason());
    assertEquals(400, failure.status());
    assertEquals("req-1", failure.requestId().orElseThrow());
    assertEquals(7, failure.retryAfterSeconds().orElseThrow());
    assertEquals(ErrorCode.INVALID_CIPHERTEXT.title(), failure.detail());
  }

  @Test
  void aKeysNameIsOneSegmentOfThePath() {
    CofreException failure =
        assertThrows(
            CofreException.class,
            () -> client.blocking().encrypt("../demo/x?y", new byte[1], Map.of()));
    assertEquals(ErrorCode.KEY_NOT_FOUND, failure.code().orElseThrow());
  }

  @Test
  void aContextOverTheLimitsIsNotSent() {
    CofreException failure =
        assertThrows(
            CofreException.class,
            () -> client.blocking().encrypt("demo", new byte[1], Map.of("k".repeat(129), "v")));
    assertEquals(Kind.LOCAL, failure.kind());
  }

  @Test
  void aDataKeyIsHandedOutUnwrappedAndOverwritten() {
    DataKey made = client.blocking().generateDataKey("demo", CONTEXT, true);
    DataKey unwrapped = client.blocking().unwrapDataKey(made.wrapped(), CONTEXT);
    byte[] key = made.plaintext().orElseThrow();
    assertArrayEquals(key, unwrapped.plaintext().orElseThrow());
    assertEquals(TestDataPlane.KEY_ID.toString(), made.keyId());
    assertEquals(3, made.keyVersion());
    assertEquals(300, made.ttlSeconds());
    made.close();
    assertArrayEquals(new byte[32], key);
    unwrapped.close();
  }

  @Test
  void aDataKeyWithoutPlaintextHasNone() {
    try (DataKey key = client.blocking().generateDataKey("demo", Map.of(), false)) {
      assertTrue(key.plaintext().isEmpty());
    }
  }

  @Test
  void anUnknownTokenIsUnauthenticatedAndIsInNoMessage() {
    char[] token = "s3cret-that-must-not-show".toCharArray();
    TokenSource source = TokenSource.of(token);
    Endpoint endpoint = Endpoint.at(plane.url()).withToken(source);
    try (CofreClient other = CofreClient.create(vertx, endpoint)) {
      CofreException failure =
          assertThrows(CofreException.class, () -> other.blocking().decrypt(new byte[1], Map.of()));
      assertEquals(ErrorCode.UNAUTHENTICATED, failure.code().orElseThrow());
      assertFalse((failure + " " + source + " " + endpoint).contains(new String(token)));
    }
  }

  @Test
  void aPortWithoutAServiceIsUnreachable() throws IOException {
    // Bound, so that nobody else gets the port, and not listening.
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Endpoint endpoint = Endpoint.at(URI.create("http://127.0.0.1:" + bound.getLocalPort()));
      try (CofreClient other = CofreClient.create(vertx, endpoint)) {
        CofreException failure =
            assertThrows(
                CofreException.class, () -> other.blocking().decrypt(new byte[1], Map.of()));
        assertEquals(Kind.UNREACHABLE, failure.kind());
        assertEquals(0, failure.status());
        assertTrue(failure.code().isEmpty());
      }
    }
  }

  @Test
  void aServiceThatSaysNothingTimesOut() {
    try (ScriptedServer silent = ScriptedServer.start(vertx, (socket, received) -> {});
        CofreClient other =
            CofreClient.create(
                vertx, silent.endpoint().withLimits(new Endpoint.Limits(2_000, 2_000, 1)))) {
      CofreException failure =
          assertThrows(CofreException.class, () -> other.blocking().decrypt(new byte[1], Map.of()));
      assertEquals(Kind.TIMED_OUT, failure.kind());
    }
  }

  @Test
  void aPageThatIsNotAProblemIsNotTakenForOne() {
    String page = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>";
    try (ScriptedServer proxy =
            ScriptedServer.start(vertx, (socket, received) -> socket.write(page));
        CofreClient other = CofreClient.create(vertx, proxy.endpoint())) {
      CofreException failure =
          assertThrows(CofreException.class, () -> other.blocking().decrypt(new byte[1], Map.of()));
      assertEquals(Kind.PROTOCOL, failure.kind());
      assertEquals(502, failure.status());
    }
  }

  @Test
  void anAnswerOfTheWrongLengthIsNotReturned() {
    byte[] envelope = client.blocking().encrypt("demo", new byte[100], Map.of());
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + "x".repeat(99);
    try (ScriptedServer shorter =
            ScriptedServer.start(vertx, (socket, received) -> socket.write(answer));
        CofreClient other = CofreClient.create(vertx, shorter.endpoint())) {
      CofreException failure =
          assertThrows(CofreException.class, () -> other.blocking().decrypt(envelope, Map.of()));
      assertEquals(Kind.CUT_SHORT, failure.kind());
    }
  }

  @Test
  void manyCallsShareTheConnections() {
    byte[] plaintext = new byte[1000];
    var calls =
        Arrays.stream(new int[200])
            .mapToObj(i -> client.encrypt("demo", plaintext, Map.of()))
            .toList();
    io.vertx.core.Future.join(calls).toCompletionStage().toCompletableFuture().join();
    assertTrue(calls.stream().allMatch(call -> call.result().length == 1000 + 180));
  }
}
