package dev.cofre.client;

import dev.cofre.client.Transport.Call;
import dev.cofre.client.Transport.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/**
 * Calls that take and answer JSON objects, at either plane; the control plane has no other kind.
 *
 * <p>Failures are {@link CofreException}s. Thread-safe.
 */
public final class JsonApi implements AutoCloseable {
  private static final int ANSWER_BYTES_MAX = 16 * 1024 * 1024;
  private static final String JSON = "application/json";

  private final Transport transport;

  /** Calls {@code endpoint}; {@code vertx} stays the caller's. */
  public JsonApi(Vertx vertx, Endpoint endpoint) {
    this(new Transport(vertx, endpoint));
  }

  JsonApi(Transport transport) {
    this.transport = transport;
  }

  /**
   * Calls {@code path}.
   *
   * @param path begins with a slash and is percent-encoded, as its query is
   * @param body or null for none
   * @return the answer's object; an empty one when the answer has no body
   */
  public Future<JsonObject> call(HttpMethod method, String path, JsonObject body) {
    return ask(method, path, body, Map.of()).map(JsonAnswer::document);
  }

  /**
   * Calls {@code path} with further {@code headers}; the answer says with which success.
   *
   * @param path begins with a slash and is percent-encoded, as its query is
   * @param body or null for none
   */
  public Future<JsonAnswer> ask(
      HttpMethod method, String path, JsonObject body, Map<String, String> headers) {
    return reply(method, path, body, headers)
        .map(reply -> new JsonAnswer(reply.status(), parse(reply.body())));
  }

  /**
   * The same for an answer that holds a secret: its bytes, the caller's to overwrite. What the
   * connection keeps of it is overwritten as far as it can be reached.
   */
  public Future<byte[]> bytes(
      HttpMethod method, String path, JsonObject body, Map<String, String> headers) {
    return reply(method, path, body, headers)
        .map(
            reply -> {
              byte[] bytes = reply.body().getBytes();
              reply.body().setBytes(0, new byte[bytes.length]);
              return bytes;
            });
  }

  private Future<Reply> reply(
      HttpMethod method, String path, JsonObject body, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("Accept", JSON);
    if (body != null) {
      all.put("Content-Type", JSON);
    }
    return transport.reply(
        new Call(method, path, all), body == null ? null : body.toBuffer(), ANSWER_BYTES_MAX);
  }

  private static JsonObject parse(Buffer answer) {
    try {
      return answer.length() == 0 ? new JsonObject() : new JsonObject(answer);
    } catch (DecodeException e) {
      // The cause is left out: it may quote the answer, and the answer may hold a key.
      throw new CofreException(
          CofreException.Kind.PROTOCOL,
          "the answer is not a JSON object: is this address Cofre's?");
    }
  }

  /** Closes the connections. */
  @Override
  public void close() {
    transport.close();
  }
}
