package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest extends OneNode {
  private static void assertProblem(String expected, Calls.Answer answer) {
    assertEquals(expected, answer.status() + " " + answer.code());
    assertEquals(
        "application/problem+json",
        answer.response().headers().firstValue("Content-Type").orElse(""));
    JsonObject problem = answer.json();
    assertFalse(problem.getString("detail").isEmpty());
    assertFalse(problem.getString("requestId").isEmpty());
    assertEquals(answer.status(), problem.getInteger("status"));
  }

  private static Calls.Answer as(String token, String path) throws Exception {
    return calls.post(path, token, Calls.RAW, new byte[5], Map.of());
  }

  @Test
  void callersAreToldWhoTheyAreNot() throws Exception {
    assertProblem("401 unauthenticated", as(null, "/v1/keys/demo/encrypt"));
    assertProblem("401 unauthenticated", as("cofre_unknown", "/v1/keys/demo/encrypt"));
    assertProblem("403 forbidden", as(TestNode.OFFICER_TOKEN, "/v1/keys/demo/encrypt"));
    assertProblem("404 key_not_found", as(TestNode.STRANGER_TOKEN, "/v1/keys/demo/encrypt"));
    assertProblem("404 key_not_found", as(TestNode.APP_TOKEN, "/v1/keys/absent/encrypt"));
    assertProblem("403 forbidden", calls.json("/v1/keys/other/data-keys", "{}"));
    assertTrue(
        node.auditLines().stream().anyMatch(line -> line.contains("\"code\":\"unauthenticated\"")));
    assertTrue(
        node.auditLines().stream()
            .anyMatch(
                line -> line.contains("\"principal\":\"officer\"") && line.contains("denied")));
  }

  @Test
  void anEnvelopeOfAKeyThatIsNotVisibleIsInvalid() throws Exception {
    byte[] envelope = calls.raw("/v1/keys/demo/encrypt", new byte[5]).body();
    assertProblem(
        "400 invalid_ciphertext",
        calls.post("/v1/decrypt", TestNode.STRANGER_TOKEN, Calls.RAW, envelope, Map.of()));
    assertProblem(
        "403 forbidden",
        calls.post("/v1/decrypt", TestNode.OFFICER_TOKEN, Calls.RAW, envelope, Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/keys/demo/encrypt,text/plain,415 unsupported_media_type",
    "/v1/keys/demo/encrypt,,415 unsupported_media_type",
    "/v1/keys/demo/data-keys,application/octet-stream,415 unsupported_media_type",
    "/v1/nothing,application/json,404 not_found",
    "/v1/keys/demo,application/json,404 not_found",
    "/v1/keys//encrypt,application/octet-stream,404 not_found",
    "/,application/json,404 not_found"
  })
  void wrongPathsAndTypes(String path, String contentType, String expected) throws Exception {
    assertProblem(
        expected, calls.post(path, TestNode.APP_TOKEN, contentType, new byte[5], Map.of()));
  }

  @Test
  void wrongMethodsNameTheRightOne() throws Exception {
    Calls.Answer answer = calls.get("/v1/decrypt");
    assertProblem("405 method_not_allowed", answer);
    assertEquals("POST", answer.response().headers().firstValue("Allow").orElse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"novalue", "=v", "a=b,a=c", "a=%ff", "a=%4", "a=b=c", "a=b,"})
  void malformedContextHeaders(String header) throws Exception {
    assertProblem(
        "400 invalid_request",
        calls.post(
            "/v1/keys/demo/encrypt",
            TestNode.APP_TOKEN,
            Calls.RAW,
            new byte[5],
            Map.of("Encryption-Context", header)));
  }

  @Test
  void malformedDeadlines() throws Exception {
    assertProblem(
        "400 invalid_request",
        calls.post(
            "/v1/keys/demo/encrypt",
            TestNode.APP_TOKEN,
            Calls.RAW,
            new byte[5],
            Map.of("Cofre-Timeout-Ms", "soon")));
  }

  @Test
  void probesNeedNoToken() throws Exception {
    assertEquals(200, calls.get("/health/live").status());
    assertEquals("ready", calls.get("/health/ready").json().getString("status"));
    assertTrue(
        new String(calls.get("/metrics").body(), StandardCharsets.UTF_8)
            .contains("cofre_requests_total"));
    assertEquals(200, calls.get("/openapi.yaml").status());
  }

  @Test
  void whichKeysThereAreIsNotAmongTheFiguresUnlessSet() {
    assertFalse(node.figures(false).contains("cofre_data_key_messages_left"));
    assertTrue(node.figures(false).contains("cofre_data_keys_minted_total"));
    assertTrue(node.figures(true).contains("cofre_data_key_messages_left"));
  }

  /** What no client library sends: raw bytes in, the whole answer out until the server closes. */
  private static String wire(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port)) {
      socket.setSoTimeout(120_000);
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      } catch (SocketException e) {
        // It has answered, and ended the connection, before all of it was written.
        assertCutOff(e);
      }
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketException e) {
        // Behind the answer: not all that was sent had been read.
        assertCutOff(e);
      }
      return answer.toString(StandardCharsets.UTF_8);
    }
  }

  private static void assertCutOff(SocketException e) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("reset") || message.contains("Broken pipe"), message);
  }

  private static String head(String more) {
    return "POST /v1/keys/demo/encrypt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + TestNode.APP_TOKEN
        + "\r\nContent-Type: application/octet-stream\r\n"
        + more;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Bad Header: x\r\n\r\n"
      })
  void brokenFramingIsAProblemAndTheConnectionCloses(String more) throws Exception {
    String answer = wire(head(more));
    assertTrue(answer.contains(" 400 "), answer);
    assertTrue(answer.contains("\"code\":\"invalid_request\""), answer);
    assertFalse(answer.contains("Exception"), answer);
  }

  @Test
  void refusalsOfAKnownCallerAreOnTheLog() throws Exception {
    Calls.Answer type =
        calls.post(
            "/v1/keys/demo/encrypt", TestNode.APP_TOKEN, "text/plain", new byte[1], Map.of());
    Calls.Answer context =
        calls.post(
            "/v1/keys/demo/encrypt",
            TestNode.APP_TOKEN,
            Calls.RAW,
            new byte[1],
            Map.of("Encryption-Context", "x"));
    Calls.Answer json = calls.json("/v1/keys/demo/encrypt", "{");
    for (Calls.Answer answer : new Calls.Answer[] {type, context, json}) {
      String id = answer.json().getString("requestId");
      assertTrue(
          node.auditLines().stream()
              .anyMatch(line -> line.contains(id) && line.contains("\"key\":\"demo\"")),
          "on the log: " + answer.json());
    }
  }

  @Test
  void aDeniedLongDecryptionNamesItsKeyOnTheLog() throws Exception {
    byte[] envelope = calls.raw("/v1/keys/demo/encrypt", new byte[200_000]).body();
    Calls.Answer answer =
        calls.post("/v1/decrypt", TestNode.OFFICER_TOKEN, Calls.RAW, envelope, Map.of());
    assertProblem("403 forbidden", answer);
    String id = answer.json().getString("requestId");
    assertTrue(
        node.auditLines().stream()
            .anyMatch(line -> line.contains(id) && line.contains(node.keyId.toString())));
  }

  @Test
  void anExpiredKeyProtectsNothingNew() throws Exception {
    assertProblem("409 key_expired", calls.raw("/v1/keys/expired/encrypt", new byte[5]));
  }

  @Test
  void aQueryThatIsNoPercentEncodingIsTold() throws Exception {
    byte[] envelope = calls.raw("/v1/keys/demo/encrypt", new byte[5]).body();
    String answer =
        wire(
            "POST /v1/reencrypt?key=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                + TestNode.APP_TOKEN
                + "\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                + envelope.length
                + "\r\n\r\n"
                + new String(envelope, StandardCharsets.ISO_8859_1));
    assertTrue(answer.contains(" 400 ") && answer.contains("invalid_request"), answer);
  }

  @Test
  void anAnswerWithoutAnEndIsNotSentByHttp10() throws Exception {
    byte[] plaintext = new byte[100_000];
    String answer =
        wire(
            "POST /v1/keys/demo/encrypt HTTP/1.0\r\nAuthorization: Bearer "
                + TestNode.APP_TOKEN
                + "\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                + plaintext.length
                + "\r\n\r\n"
                + new String(plaintext, StandardCharsets.ISO_8859_1));
    assertTrue(answer.contains(" 400 ") && answer.contains("HTTP/1.1 or HTTP/2"), answer);
  }

  @Test
  void aMalformedRequestDoesNotAnswerTheOneBefore() throws Exception {
    String valid = head("Content-Length: 1\r\n\r\na");
    String malformed = head("Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    String answer = wire(valid + malformed);
    assertTrue(
        !answer.contains(" 400 ") || answer.indexOf(" 200 ") < answer.indexOf(" 400 "), answer);
  }

  @Test
  void oversizedHeadsAreProblems() throws Exception {
    String line = wire("POST /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertTrue(line.contains(" 414 ") && line.contains("\"code\":\"uri_too_long\""), line);
    String fields = wire(head("X: " + "a".repeat(100_000) + "\r\n\r\n"));
    assertTrue(
        fields.contains(" 431 ") && fields.contains("\"code\":\"headers_too_large\""), fields);
    String garbage = wire("hello\r\n\r\n");
    assertTrue(
        garbage.contains(" 400 ") && garbage.contains("\"code\":\"invalid_request\""), garbage);
  }
}
