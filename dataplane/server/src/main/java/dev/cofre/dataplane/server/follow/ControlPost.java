package dev.cofre.dataplane.server.follow;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;

/**
 * What a node tells the control plane at one address of it, over connections of its own.
 * Thread-safe.
 */
final class ControlPost implements AutoCloseable {
  private final ControlLink link;
  private final HttpClient client;
  private final String uri;
  private final String contentType;
  private final long timeoutMs;

  /** What the control plane answered, whatever the status. */
  record Answer(int status, Buffer body) {}

  /**
   * Posts documents of {@code contentType} to {@code uri}; each answer comes in {@code timeoutMs}.
   */
  ControlPost(Vertx vertx, ControlLink link, String uri, String contentType, long timeoutMs) {
    this.link = link;
    this.client = vertx.createHttpClient(link.options());
    this.uri = uri;
    this.contentType = contentType;
    this.timeoutMs = timeoutMs;
  }

  /** Fails when no answer came. */
  Future<Answer> send(Buffer document) {
    RequestOptions options =
        link.request(HttpMethod.POST, uri, timeoutMs).putHeader("Content-Type", contentType);
    return client
        .request(options)
        .compose(request -> request.send(document))
        .compose(response -> response.body().map(body -> new Answer(response.statusCode(), body)));
  }

  @Override
  public void close() {
    client.close();
  }
}
