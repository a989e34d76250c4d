package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.server.sink.TlsFiles;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * The management API of a RabbitMQ, as one user. Not thread-safe.
 *
 * <p>Each call logs in, waits {@value #CALL_MS} ms at most, whatever the other side does, and reads
 * {@value #ANSWER_BYTES_MAX} bytes at most. It goes straight to the target: by no proxy, and
 * nowhere that an answer says.
 */
final class RabbitMqApi implements AutoCloseable {
  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  private static final int CONNECT_MS = 3_000;
  private static final int CALL_MS = 12_000;
  private static final int ATTEMPT_MS = 4_000;
  private static final int ANSWER_BYTES_MAX = 4 << 20;

  private final HttpClient http;
  private final String base;
  private final String authorization;

  private RabbitMqApi(HttpClient http, String base, String authorization) {
    this.http = http;
    this.base = base;
    this.authorization = authorization;
  }

  /** What was answered. */
  record Answer(int status, String text) {
    /** Whether it was done. */
    boolean isDone() {
      return status / 100 == 2;
    }

    /** Whether who asked is not let in, or may not do it. */
    boolean isUnauthorized() {
      return status == 401;
    }

    /** Whether there is no such thing. */
    boolean isAbsent() {
      return status == 404;
    }

    /**
     * The object that it is.
     *
     * @throws TargetException when it is none
     */
    JsonObject object() throws TargetException {
      try {
        return new JsonObject(text);
      } catch (DecodeException e) {
        throw notOne();
      }
    }

    /**
     * The list that it is.
     *
     * @throws TargetException when it is none
     */
    JsonArray list() throws TargetException {
      try {
        return new JsonArray(text);
      } catch (DecodeException e) {
        throw notOne();
      }
    }

    /** Why it was refused, in the broker's words; empty when it does not say. */
    String reason() {
      try {
        return new JsonObject(text).getValue("reason") instanceof String reason ? reason : "";
      } catch (DecodeException e) {
        return "";
      }
    }
  }

  /**
   * What is at {@code target}, asked as its user. Connected to nothing yet.
   *
   * @param password stays the caller's to overwrite
   * @throws TargetException when the certificates cannot be read by which it would be trusted
   */
  static RabbitMqApi of(Target target, char[] password) throws TargetException {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(CONNECT_MS))
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY);
    if (target.tls()) {
      try {
        client.sslContext(new TlsFiles(target.ca(), Optional.empty(), Optional.empty()).context());
      } catch (IOException e) {
        throw away("the reading of the certificates", e);
      }
    }
    String base =
        (target.tls() ? "https://" : "http://") + target.host() + ':' + target.port() + "/api";
    if (URI.create(base).getHost() == null) {
      throw new TargetException(TargetException.Kind.AWAY, "the target's host is no host's name");
    }
    return new RabbitMqApi(client.build(), base, RabbitMqPassword.basic(target.user(), password));
  }

  /**
   * The same by the same connections as {@code user}; it is closed with this one.
   *
   * @param password stays the caller's to overwrite
   */
  RabbitMqApi as(String user, char[] password) {
    return new RabbitMqApi(http, base, RabbitMqPassword.basic(user, password));
  }

  /** Asks for what is at {@code path}. */
  Answer get(String what, String... path) throws TargetException {
    return call(what, "GET", null, path);
  }

  /** Has {@code document} be what is at {@code path}. */
  Answer put(String what, JsonObject document, String... path) throws TargetException {
    return call(what, "PUT", document, path);
  }

  /** Sends {@code document} to {@code path}. */
  Answer post(String what, JsonObject document, String... path) throws TargetException {
    return call(what, "POST", document, path);
  }

  /** Has what is at {@code path} be there no more. */
  Answer delete(String what, String... path) throws TargetException {
    return call(what, "DELETE", null, path);
  }

  /**
   * Asks.
   *
   * @param what in words, for messages
   * @param document what is sent; null: nothing
   * @param path its parts, of any characters
   * @throws TargetException of kind {@code AWAY} when there is no answer, or one that says that it
   *     cannot be done now
   */
  private Answer call(String what, String method, JsonObject document, String... path)
      throws TargetException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + encoded(path)))
            .timeout(Duration.ofMillis(CALL_MS))
            .header("Authorization", authorization)
            .header("User-Agent", "cofre");
    if (document == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, BodyPublishers.ofString(document.encode(), UTF_8));
    }
    Answer answer = answer(what, request.build());
    boolean isLater = answer.status == 408 || answer.status == 429 || answer.status >= 500;
    if (isLater) {
      throw new TargetException(
          TargetException.Kind.AWAY,
          "the target cannot do " + what + " now: it answers with status " + answer.status);
    }
    return answer;
  }

  /**
   * Asks again, by another connection, what was not answered for {@value #ATTEMPT_MS} ms: a broker
   * was seen to leave a request without an answer and to take the next one at once. Nothing that is
   * asked for here is another thing when it is asked for twice.
   */
  private Answer answer(String what, HttpRequest request) throws TargetException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CALL_MS);
    while (true) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
      boolean isLast = leftMs <= ATTEMPT_MS;
      try {
        return answer(what, request, Math.max(1, Math.min(leftMs, ATTEMPT_MS)));
      } catch (TimeoutException e) {
        if (isLast) {
          throw away(what, e);
        }
      }
    }
  }

  private Answer answer(String what, HttpRequest request, long timeoutMs)
      throws TargetException, TimeoutException {
    CompletableFuture<HttpResponse<byte[]>> asked =
        http.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    try {
      HttpResponse<byte[]> answer = asked.get(timeoutMs, TimeUnit.MILLISECONDS);
      return new Answer(answer.statusCode(), Buffer.buffer(answer.body()).toString(UTF_8));
    } catch (ExecutionException e) {
      throw away(what, e.getCause());
    } catch (CancellationException e) {
      throw away(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(what, e);
    } finally {
      // What was not sent yet is not sent any more.
      asked.cancel(true);
    }
  }

  /**
   * Each part in such characters alone as mean nothing in a path; a dot, too, as parts of dots do.
   */
  static String encoded(String... path) {
    StringBuilder encoded = new StringBuilder();
    for (String part : path) {
      encoded.append('/');
      for (byte one : part.getBytes(UTF_8)) {
        boolean plain = PLAIN.indexOf(one) >= 0;
        encoded.append(plain ? String.valueOf((char) one) : String.format("%%%02X", one));
      }
    }
    return encoded.toString();
  }

  /** That there was no answer. */
  private static TargetException away(String what, Throwable e) {
    return new TargetException(
        TargetException.Kind.AWAY,
        e instanceof SSLException
            ? "the target cannot be reached by TLS, or does not prove its name (" + what + ")"
            : "the target cannot be reached (" + what + ")");
  }

  /** That whoever answers is no RabbitMQ. */
  static TargetException notOne() {
    return new TargetException(
        TargetException.Kind.AWAY,
        "the target does not answer as the management API of a RabbitMQ");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
