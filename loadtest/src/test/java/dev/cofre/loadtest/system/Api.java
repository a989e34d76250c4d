package dev.cofre.loadtest.system;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/** A plane's HTTP face as any client sees it. Thread-safe. */
final class Api implements AutoCloseable {
  static final String RAW = "application/octet-stream";
  static final String JSON = "application/json";

  private final URI url;
  private final String token;
  private final HttpClient http;

  private Api(URI url, String token, HttpClient http) {
    this.url = url;
    this.token = token;
    this.http = http;
  }

  /** Speaks to {@code url} without a token. */
  static Api at(String url, SSLContext tls) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(30));
    if (tls != null) {
      builder.sslContext(tls);
    }
    return new Api(URI.create(url), null, builder.build());
  }

  /** The same, with the bearer token {@code newToken}; null for none. */
  Api as(String newToken) {
    return new Api(url, newToken, http);
  }

  /** The same over HTTP/2, in the clear after an upgrade. */
  Api overHttp2() {
    return new Api(url, token, HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build());
  }

  /** A request to {@code path}, with the token. */
  HttpRequest.Builder request(String path) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(90));
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder;
  }

  Answer send(HttpRequest request) throws IOException, InterruptedException {
    return Answer.of(http.send(request, HttpResponse.BodyHandlers.ofByteArray()));
  }

  /** Sends {@code request}; the answer's body is to be read as it comes. */
  HttpResponse<InputStream> stream(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  Answer post(String path, String contentType, byte[] body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  Answer raw(String path, byte[] body) throws IOException, InterruptedException {
    return post(path, RAW, body);
  }

  Answer json(String path, String body) throws IOException, InterruptedException {
    return post(path, JSON, body.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether {@code path} is answered with {@code status}; a plane that does not answer is not. */
  boolean answers(String path, int status) throws InterruptedException {
    try {
      return get(path).status() == status;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
