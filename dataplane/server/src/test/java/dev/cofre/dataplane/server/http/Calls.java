package dev.cofre.dataplane.server.http;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Calls a node over HTTP with the JDK's client, which shares no code with the server. */
final class Calls {
  static final String RAW = "application/octet-stream";
  static final String JSON = "application/json";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  Calls(int port) {
    this.port = port;
  }

  /** An answer as it came. */
  record Answer(int status, byte[] body, HttpResponse<byte[]> response) {
    JsonObject json() {
      return new JsonObject(new String(body, java.nio.charset.StandardCharsets.UTF_8));
    }

    String code() {
      return json().getString("code");
    }
  }

  Answer post(
      String path, String token, String contentType, byte[] body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofMinutes(2))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    headers.forEach(request::header);
    return send(request.build());
  }

  Answer raw(String path, byte[] body) throws IOException, InterruptedException {
    return post(path, TestNode.APP_TOKEN, RAW, body, Map.of());
  }

  Answer json(String path, String body) throws IOException, InterruptedException {
    return post(
        path,
        TestNode.APP_TOKEN,
        JSON,
        body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        Map.of());
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build());
  }

  private Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    return new Answer(response.statusCode(), response.body(), response);
  }
}
