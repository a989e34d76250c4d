package dev.cofre.controlplane.server.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
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
 * Posts batches of events to a URL, signed as Standard Webhooks has it. A batch has arrived when
 * the answer is 2xx, whole, within the time. Redirects are not followed. One thread, but for {@link
 * #abort()}.
 */
final class WebhookTarget implements SinkTarget {
  private static final int ID_BYTES = 16;

  private final WebhookSettings settings;
  private final String name;
  private final int timeoutMs;
  private HttpClient client;
  private volatile CompletableFuture<HttpResponse<Void>> asked;

  WebhookTarget(WebhookSettings settings, String name, int timeoutMs) {
    this.settings = settings;
    this.name = name;
    this.timeoutMs = timeoutMs;
  }

  @Override
  public void send(Batch batch) throws IOException {
    byte[] body = body(batch);
    try {
      if (client == null) {
        client = connect();
      }
      asked = client.sendAsync(request(body), BodyHandlers.discarding());
      HttpResponse<Void> answer = asked.get(timeoutMs, TimeUnit.MILLISECONDS);
      if (answer.statusCode() / 100 != 2) {
        throw new IOException("the answer's status is " + answer.statusCode());
      }
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

  private byte[] body(Batch batch) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(512 * batch.events().size());
    body.writeBytes(
        ("{\"type\":\"audit.events\",\"sink\":\"" + name + "\",\"events\":[")
            .getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < batch.events().size(); i++) {
      if (i > 0) {
        body.write(',');
      }
      body.writeBytes(batch.events().get(i).json());
    }
    body.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
    return body.toByteArray();
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

  @Override
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
