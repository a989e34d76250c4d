package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.sink.WebhookPost;
import dev.cofre.controlplane.server.sink.WebhookSettings;
import dev.cofre.documents.alert.Alert;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Posts alerts to a URL, signed. One thread, but for {@link #abort()}. */
final class WebhookChannel implements AlertChannel {
  private final WebhookPost post;

  WebhookChannel(WebhookSettings settings, int timeoutMs) {
    this.post = new WebhookPost(settings, timeoutMs);
  }

  @Override
  public String send(Alert alert) throws IOException {
    JsonObject body = new JsonObject().put("type", "audit.alert").put("alert", alert.toJson());
    return "HTTP " + post.send(body.encode().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void abort() {
    post.abort();
  }

  @Override
  public void close() {
    post.close();
  }
}
