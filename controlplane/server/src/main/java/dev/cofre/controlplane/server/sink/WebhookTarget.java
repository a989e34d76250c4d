package dev.cofre.controlplane.server.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Posts batches of events to a URL. One thread, but for {@link #abort()}. */
final class WebhookTarget implements SinkTarget {
  private final String name;
  private final WebhookPost post;

  WebhookTarget(WebhookSettings settings, String name, int timeoutMs) {
    this.name = name;
    this.post = new WebhookPost(settings, timeoutMs);
  }

  @Override
  public void send(Batch batch) throws IOException {
    post.send(body(batch));
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

  @Override
  public void abort() {
    post.abort();
  }

  @Override
  public void close() {
    post.close();
  }
}
