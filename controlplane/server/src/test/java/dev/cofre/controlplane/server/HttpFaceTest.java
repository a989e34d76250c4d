package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpFaceTest {
  @TempDir static Path directory;
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  void healthMetricsAndDescriptionAreOpenInDevelopment() throws Exception {
    assertEquals(200, plane.get(null, "/health/live").statusCode());
    assertEquals(200, plane.get(null, "/health/ready").statusCode());
    assertTrue(plane.get(null, "/openapi.yaml").body().startsWith("openapi: 3.1.0"));
    HttpResponse<String> metrics = plane.get(null, "/metrics");
    assertTrue(metrics.body().contains("cofre_controlplane_snapshot_revision "), metrics.body());
    assertEquals("no-store", metrics.headers().firstValue("Cache-Control").orElseThrow());
    assertEquals("nosniff", metrics.headers().firstValue("X-Content-Type-Options").orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /nope, not_found",
    "GET, /v1, not_found",
    "GET, /v1/keys/no-such-key, key_not_found",
    "GET, /v1/policies/no-such-policy, not_found",
    "PUT, /v1/keys, method_not_allowed",
    "DELETE, /v1/keys/demo, method_not_allowed",
    "GET, /v1/keys?limit=501, invalid_request",
    "GET, /v1/keys?limit=x, invalid_request",
    "POST, /v1/policies/demo, method_not_allowed"
  })
  void tellsWhatIsWrong(String method, String path, String code) throws Exception {
    HttpResponse<String> response =
        plane.send(
            plane
                .request("security-admin", path)
                .method(method, HttpRequest.BodyPublishers.noBody()));
    assertTrue(TestPlane.isProblem(response, ErrorCode.of(code)), response.body());
    assertEquals(
        code.equals("method_not_allowed"), response.headers().firstValue("Allow").isPresent());
  }

  @Test
  void limitsBodiesAndTheirType() throws Exception {
    String big = "{\"alias\":\"" + "a".repeat(1 << 20) + "\"}";
    assertTrue(
        TestPlane.isProblem(
            plane.post("crypto-officer", "/v1/keys", big, Map.of()), ErrorCode.PAYLOAD_TOO_LARGE));
    HttpResponse<String> text =
        plane.send(
            plane
                .request("crypto-officer", "/v1/keys")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertTrue(TestPlane.isProblem(text, ErrorCode.UNSUPPORTED_MEDIA_TYPE), text.body());
  }

  @ParameterizedTest
  @CsvSource({
    "GET /v1/keys/%zz HTTP/1.1, 400, invalid_request",
    "BLAH, 400, invalid_request",
    "GET /long HTTP/1.1, 414, uri_too_long"
  })
  void answersAsAProblemWhatTheCodecRefuses(String line, int status, String code) throws Exception {
    String answer = raw(line.replace("long", "x".repeat(9_000)) + "\r\nHost: a\r\n\r\n");
    assertTrue(answer.contains(" " + status + " "), answer);
    JsonObject problem = new JsonObject(answer.substring(answer.indexOf('{')));
    assertEquals(code, problem.getString("code"));
    assertFalse(answer.contains("\tat "), "no stack trace");
  }

  @Test
  void closesTheConnectionOfABodyOverTheLimit() throws Exception {
    try (Socket socket =
        new Socket(java.net.InetAddress.getLoopbackAddress(), plane.plane.port())) {
      socket.setSoTimeout(120_000);
      String head =
          "POST /v1/keys HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.contains(ErrorCode.PAYLOAD_TOO_LARGE.code()), answer);
    }
  }

  @Test
  void refusesTooManyHeaderBytes() throws Exception {
    StringBuilder request = new StringBuilder("GET /v1/keys HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 150; i++) {
      request.append("X-").append(i).append(": ").append("y".repeat(500)).append("\r\n");
    }
    String answer = raw(request + "\r\n");
    assertTrue(answer.contains(ErrorCode.HEADERS_TOO_LARGE.code()), answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
      })
  void refusesBodiesThatAreFramedWrong(String rest) throws Exception {
    String answer = raw("POST /v1/keys HTTP/1.1\r\nHost: a\r\n" + rest);
    assertTrue(answer.contains(" 400 "), answer);
    assertTrue(answer.contains(ErrorCode.INVALID_REQUEST.code()), answer);
  }

  /** Sends bytes as they are; what comes back until the other side or the read time-out ends it. */
  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), plane.plane.port())) {
      socket.setSoTimeout(120_000);
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      } catch (SocketException e) {
        // It has answered, and ended the connection, before all of it was written.
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("reset") || message.contains("Broken pipe"), message);
      }
      StringBuilder answer = new StringBuilder();
      byte[] buffer = new byte[8_192];
      int read;
      while ((read = socket.getInputStream().read(buffer)) > 0) {
        answer.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
        if (answer.indexOf("}") > 0) {
          break;
        }
      }
      return answer.toString();
    }
  }
}
