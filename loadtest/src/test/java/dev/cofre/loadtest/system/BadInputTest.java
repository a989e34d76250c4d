package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input gets a problem with a stable code and a next step, on both planes. */
@ExtendWith(SystemExtension.class)
class BadInputTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";

  private Cofre cofre;
  private Api app;
  private Api officer;

  @BeforeEach
  void callers(Cofre shared) throws IOException {
    cofre = shared;
    app = shared.data("app");
    officer = shared.control("crypto-officer");
  }

  /** Whatever was sent, no log shows where in the program it went wrong. */
  @AfterEach
  void logsHoldNoStackTrace() throws IOException {
    for (String plane : new String[] {Cofre.DATA_PLANE, Cofre.CONTROL_PLANE}) {
      assertHoldsNoTrace(Files.readString(cofre.log(plane)));
    }
  }

  private static void assertHoldsNoTrace(String text) {
    assertFalse(text.contains("Exception"), text);
    assertFalse(text.contains("\tat "), text);
  }

  private static void assertProblem(String expected, Answer answer) {
    assertEquals(expected, answer.outcome(), answer::toString);
    JsonObject problem = answer.json();
    assertEquals(answer.status(), problem.getInteger("status"));
    assertFalse(problem.getString("detail").isBlank(), "a next step");
    assertFalse(problem.getString("title").isBlank());
    assertEquals(answer.requestId(), problem.getString("requestId"));
    assertFalse(answer.requestId().isEmpty());
    assertHoldsNoTrace(answer.text());
  }

  @Test
  void callersOfTheDataPlane() throws Exception {
    byte[] body = {1};
    byte[] envelope = app.raw(ENCRYPT, body).body();
    assertProblem("401 unauthenticated", app.as(null).raw(ENCRYPT, body));
    assertProblem("401 unauthenticated", app.as("cofre_" + "x".repeat(43)).raw(ENCRYPT, body));
    assertProblem("404 key_not_found", app.raw("/v1/keys/absent/encrypt", body));
    assertProblem("404 key_not_found", app.raw("/v1/keys/%ff%00/encrypt", body));
    for (String manager :
        new String[] {"platform-admin", "security-admin", "crypto-officer", "auditor"}) {
      assertProblem("403 forbidden", cofre.data(manager).raw(ENCRYPT, body));
      assertProblem("403 forbidden", cofre.data(manager).raw("/v1/decrypt", envelope));
    }
  }

  @Test
  void whatMayNotBeSeenIsAbsent() throws Exception {
    Answer created = officer.json("/v1/keys", Keys.document("unseen-" + System.nanoTime()));
    assertEquals(201, created.status(), created::toString);
    String id = created.json().getString("id");
    Await.until(
        "the data plane knows the key",
        Duration.ofSeconds(60),
        () ->
            cofre
                .data("auditor")
                .raw("/v1/keys/" + id + "/encrypt", new byte[1])
                .outcome()
                .equals("403 forbidden"));
    assertProblem("404 key_not_found", app.raw("/v1/keys/" + id + "/encrypt", new byte[1]));
    assertProblem("404 key_not_found", app.json("/v1/keys/" + id + "/data-keys", "{}"));
    assertProblem("404 key_not_found", cofre.control("app").get("/v1/keys/" + id));
    assertProblem("404 key_not_found", cofre.control("app").json("/v1/keys/" + id + "/rotate", ""));
    assertProblem("404 key_not_found", cofre.control("app-owner").get("/v1/keys/" + id));
    assertEquals(200, cofre.control("app-owner").get("/v1/keys/demo").status());
  }

  @Test
  void callersOfTheControlPlane() throws Exception {
    assertProblem("401 unauthenticated", officer.as(null).get("/v1/keys"));
    assertProblem("401 unauthenticated", officer.as("nonsense").get("/v1/keys"));
    assertProblem("404 key_not_found", officer.get("/v1/keys/absent"));
    assertProblem("403 forbidden", cofre.control("auditor").json("/v1/keys/demo/disable", ""));
    assertProblem("403 forbidden", cofre.control("app").json("/v1/keys/demo/disable", ""));
    assertProblem("403 forbidden", cofre.control("app-owner").json("/v1/keys", Keys.document("x")));
    assertProblem("403 forbidden", officer.json("/v1/policies", "{}"));
    assertProblem("403 forbidden", officer.get("/v1/snapshots/statement?nonce=" + "00".repeat(32)));
  }

  @ParameterizedTest
  @CsvSource({
    "POST,/v1/keys/demo/encrypt,text/plain,415 unsupported_media_type",
    "POST,/v1/decrypt,application/xml,415 unsupported_media_type",
    "POST,/v1/keys/demo/data-keys,application/octet-stream,415 unsupported_media_type",
    "POST,/v1/nothing,application/json,404 not_found",
    "POST,/,application/json,404 not_found",
    "POST,/v1/keys/../keys/demo/encrypt,application/octet-stream,404 not_found",
    "GET,/v1/decrypt,application/json,405 method_not_allowed",
    "PUT,/v1/keys/demo/encrypt,application/octet-stream,405 method_not_allowed",
    "POST,/health/ready,application/json,405 method_not_allowed"
  })
  void pathsMethodsAndTypesOfTheDataPlane(
      String method, String path, String contentType, String expected) throws Exception {
    assertProblem(expected, send(app, method, path, contentType));
  }

  @ParameterizedTest
  @CsvSource({
    "POST,/v1/keys,text/plain,415 unsupported_media_type",
    "POST,/v1/keys,application/octet-stream,415 unsupported_media_type",
    "POST,/v1/nothing,application/json,404 not_found",
    "GET,/v1/keys/demo/rotate,application/json,405 method_not_allowed",
    "DELETE,/v1/keys,application/json,405 method_not_allowed",
    "PUT,/v1/keys/demo,application/json,405 method_not_allowed"
  })
  void pathsMethodsAndTypesOfTheControlPlane(
      String method, String path, String contentType, String expected) throws Exception {
    assertProblem(expected, send(officer, method, path, contentType));
  }

  private static Answer send(Api api, String method, String path, String contentType)
      throws Exception {
    HttpRequest request =
        api.request(path)
            .header("Content-Type", contentType)
            .method(method, BodyPublishers.ofByteArray(new byte[] {1}))
            .build();
    return api.send(request);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"plaintext\":}",
        "{\"plaintext\":\"AA==\"}{}",
        "{} x",
        "{\"plaintext\":\"AA==\",\"plaintext\":\"AA==\"}",
        "{\"plaintext\":\"A\"}",
        "{\"plaintext\":\"AB==\"}",
        "{\"plaintext\":\"AA=\"}",
        "{\"plaintext\":\"A-_=\"}",
        "{\"plaintext\":1}",
        "{\"plaintext\":null}",
        "{\"other\":\"AA==\"}",
        "{}",
        "{\"plaintext\":\"AA==\",\"context\":{\"a\":1}}",
        "{\"items\":{}}",
        "{\"items\":[1]}",
        "{\"plaintext\":\"AA==\",\"context\":{\"\":\"x\"}}",
        "{\"items\":[],\"plaintext\":\"AA==\"}",
        "{\"plaintext\":\"AA==\",\"context\":{\"\\ud800\":\"x\"}}"
      })
  void malformedJsonOfTheDataPlane(String body) throws Exception {
    assertProblem("400 invalid_request", app.json(ENCRYPT, body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{\"alias\":\"a\",\"alias\":\"b\"}", "{} x"})
  void malformedJsonOfTheControlPlane(String body) throws Exception {
    assertProblem("400 invalid_request", officer.json("/v1/keys", body));
  }

  @Test
  void aBodyOverItsLimit() throws Exception {
    String big = Base64.getEncoder().encodeToString(new byte[(4 << 20) + 1]);
    assertProblem("413 payload_too_large", app.json(ENCRYPT, "{\"plaintext\":\"" + big + "\"}"));
    String items = ("{\"plaintext\":\"AA==\"}" + ",").repeat(10_000) + "{\"plaintext\":\"AA==\"}";
    assertProblem("413 payload_too_large", app.json(ENCRYPT, "{\"items\":[" + items + "]}"));
    String padding = "{\"alias\":\"" + "a".repeat(2 << 20) + "\"}";
    assertProblem("413 payload_too_large", officer.json("/v1/keys", padding));
  }

  @Test
  void allWrongFieldsAreNamed() throws Exception {
    Answer missing = officer.json("/v1/keys", "{}");
    assertProblem("400 invalid_request", missing);
    Set<String> mandatory =
        Set.of("alias", "owner", "purpose", "dataClass", "environment", "expiresAt", "protection");
    assertEquals(mandatory, fields(missing));
    Answer wrong =
        officer.json(
            "/v1/keys",
            """
            {"alias":"NO","owner":"","purpose":7,"dataClass":"x","environment":"x",
             "expiresAt":"2001-01-01T00:00:00Z","protection":"x","extra":1}""");
    assertProblem("400 invalid_request", wrong);
    assertTrue(fields(wrong).containsAll(mandatory), wrong::toString);
    assertTrue(fields(wrong).contains("extra"), wrong::toString);
    // Of the shipped classes, restricted permits the HSM alone.
    Answer software =
        officer.json(
            "/v1/keys",
            """
            {"alias":"soft","owner":"team","purpose":"system tests","dataClass":"restricted",
             "environment":"dev","expiresAt":"%s","protection":"SOFTWARE"}"""
                .formatted(Instant.now().plus(Duration.ofDays(30))));
    assertProblem("400 protection_not_available", software);
  }

  private static Set<String> fields(Answer answer) {
    return answer.json().getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("field"))
        .collect(Collectors.toSet());
  }

  /** What no client library sends: each is answered with a problem, then the connection closes. */
  @ParameterizedTest
  @CsvSource({
    "0,'Content-Length: 3|Content-Length: 4||abcd',400,invalid_request",
    "0,'Content-Length: 3|Transfer-Encoding: chunked||3|abc|0||',400,invalid_request",
    "0,'Transfer-Encoding: chunked||zz|abc|0||',400,invalid_request",
    "1,'Content-Length: 3|Content-Length: 4||abcd',400,invalid_request",
    "1,'Content-Length: 3|Transfer-Encoding: chunked||3|abc|0||',400,invalid_request",
    "1,'Transfer-Encoding: chunked||zz|abc|0||',400,invalid_request"
  })
  void brokenFraming(int plane, String rest, int status, String code) throws Exception {
    String path = plane == 0 ? ENCRYPT : "/v1/keys";
    String token = cofre.token(plane == 0 ? "app" : "crypto-officer");
    String type = plane == 0 ? Api.RAW : Api.JSON;
    String request =
        "POST %s HTTP/1.1|Host: x|Authorization: Bearer %s|Content-Type: %s|%s"
            .formatted(path, token, type, rest);
    String answer = wire(cofre.dataPort() + plane, request);
    assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
    assertTrue(answer.contains("\"code\":\"" + code + "\""), answer);
    assertHoldsNoTrace(answer);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oversizedHeads(int plane) throws Exception {
    int port = cofre.dataPort() + plane;
    String line = wire(port, "GET /" + "a".repeat(20_000) + " HTTP/1.1|Host: x||");
    assertTrue(line.contains(" 414 ") && line.contains("uri_too_long"), line);
    String fields = wire(port, "GET / HTTP/1.1|Host: x|X: " + "a".repeat(100_000) + "||");
    assertTrue(fields.contains(" 431 ") && fields.contains("headers_too_large"), fields);
    String garbage = wire(port, "hello||");
    assertTrue(garbage.contains(" 400 ") && garbage.contains("invalid_request"), garbage);
  }

  /** Sends {@code request}, in which a bar is a line's end; reads until the plane closes. */
  private static String wire(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(120_000);
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getOutputStream().write(request.replace("|", "\r\n").getBytes(UTF_8));
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
      return answer.toString(UTF_8);
    }
  }

  private static void assertCutOff(SocketException e) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("reset") || message.contains("Broken pipe"), message);
  }
}
