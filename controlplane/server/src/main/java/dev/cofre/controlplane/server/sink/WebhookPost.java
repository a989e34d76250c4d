package dev.cofre.controlplane.server.sink;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts bodies of JSON to a URL, signed as Standard Webhooks has it. One has arrived when the
 * answer is 2xx, whole, within the time. Redirects are not followed. One thread, but for {@link
 * #abort()}.
 */
public final class WebhookPost implements AutoCloseable {
  private static final int ID_BYTES = 16;

  private final WebhookSettings settings;
  private final int timeoutMs;
  private HttpClient client;
  private volatile CompletableFuture<HttpResponse<Void>> asked;

  /**
   * Connected to nothing yet.
   *
   * @param timeoutMs how long one attempt may take
   */
  public WebhookPost(WebhookSettings settings, int timeoutMs) {
    this.settings = settings;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Posts {@code body}. Its {@code webhook-id} is the same whenever it is sent again.
   *
   * @return the status, 2xx
   * @throws IOException when it is not sure that it has arrived
   */
  public int send(byte[] body) throws IOException {
    try {
      if (client == null) {
        client = connect();
      }
      asked = client.sendAsync(request(body), BodyHandlers.discarding());
      HttpResponse<Void> answer = asked.get(timeoutMs, TimeUnit.MILLISECONDS);
      if (answer.statusCode() / 100 != 2) {
        throw new IOException("the answer's status is " + answer.statusCode());
      }
      return answer.statusCode();
    } catch (TimeoutException e) {
      throw failed(new IOException("no answer within " + timeoutMs + " ms", e));
    } catch (ExecutionException e) {
      throw failed(new IOException(String.valueOf(e.getCause()), e));
    } catch (java.util.concurrent.CancellationException e) {
      throw failed(new IOException("given up", e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(new IOException("interrupted", e));
    }
  }

  private IOException failed(IOException failure) {
    close();
    return failure;
  }

  private HttpRequest request(byte[] body) throws IOException {
    String id = id(body);
    long seconds = System.currentTimeMillis() / 1_000;
    byte[] secret = WebhookSignature.secret(settings.secretFile());
    try {
      return HttpRequest.newBuilder(settings.url())
          .timeout(Duration.ofMillis(timeoutMs))
          .header("Content-Type", "application/json")
          .header("User-Agent", "cofre")
          .header("webhook-id", id)
          .header("webhook-timestamp", Long.toString(seconds))
          .header("webhook-signature", WebhookSignature.sign(secret, id, seconds, body))
          .POST(BodyPublishers.ofByteArray(body))
          .build();
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** The same whenever the batch is sent again. */
  private static String id(byte[] body) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return "msg_" + HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IOException("SHA-256 is missing", e);
    }
  }

  private HttpClient connect() throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(timeoutMs))
            .followRedirects(HttpClient.Redirect.NEVER);
    if (!settings.tls().isEmpty()) {
      builder.sslContext(settings.tls().context());
    }
    return builder.build();
  }

  /** Has a call of {@link #send} fail soon. Any thread; never blocks. */
  public void abort() {
    CompletableFuture<HttpResponse<Void>> now = asked;
    if (now != null) {
      now.cancel(true);
    }
  }

  @Override
  public void close() {
    abort();
    if (client != null) {
      client.shutdownNow();
      client = null;
    }
  }
}
