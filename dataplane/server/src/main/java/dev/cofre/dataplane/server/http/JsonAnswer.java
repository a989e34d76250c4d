package dev.cofre.dataplane.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.DataKeyCalls;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes the JSON answers. Bytes are encoded by the JDK's Base64, which is faster than the JSON
 * library's.
 */
final class JsonAnswer {
  private static final JsonFactory JSON = new JsonFactory();

  /** What an item takes beside its output, about. */
  private static final int ITEM_BYTES = 128;

  private JsonAnswer() {}

  /** Writes one thing into a generator. */
  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** One input's answer. */
  static Buffer single(Batch batch, String outputField) {
    return object(batch.outputLength(0), json -> output(json, batch, 0, outputField));
  }

  /** The answers to {@code items}, in order. */
  static Buffer batch(Batch batch, String outputField) {
    int bytes = 0;
    for (int i = 0; i < batch.size(); i++) {
      bytes += ITEM_BYTES + batch.outputLength(i);
    }
    return object(
        bytes,
        json -> {
          json.writeArrayFieldStart("items");
          for (int i = 0; i < batch.size(); i++) {
            json.writeStartObject();
            if (batch.problem(i) == null) {
              output(json, batch, i, outputField);
            } else {
              error(json, batch.problem(i));
            }
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /**
   * A data key that is handed out, in an array of its own that the caller overwrites: the JSON
   * library would keep a copy in a buffer that it uses again.
   */
  static byte[] dataKey(
      DataKeyCalls.Generated generated, boolean withPlaintext, boolean withWrapped) {
    byte[] plaintext =
        withPlaintext ? Base64.getEncoder().encode(generated.plaintext()) : new byte[0];
    String open = withPlaintext ? "{\"plaintext\":\"" : "{";
    String rest =
        (withPlaintext ? "\"," : "")
            + (withWrapped
                ? "\"wrapped\":\"" + CanonicalBase64.encode(generated.wrapped().bytes()) + "\","
                : "")
            + "\"key\":\"%s\",\"version\":%s,\"ttlSeconds\":%d}"
                .formatted(
                    generated.key().id(),
                    Integer.toUnsignedString(generated.wrapped().keyVersion()),
                    generated.ttlMs() / 1_000);
    byte[] head = open.getBytes(StandardCharsets.US_ASCII);
    byte[] tail = rest.getBytes(StandardCharsets.US_ASCII);
    byte[] body = Arrays.copyOf(head, head.length + plaintext.length + tail.length);
    System.arraycopy(plaintext, 0, body, head.length, plaintext.length);
    System.arraycopy(tail, 0, body, head.length + plaintext.length, tail.length);
    Arrays.fill(plaintext, (byte) 0);
    return body;
  }

  private static void output(JsonGenerator json, Batch batch, int item, String field)
      throws IOException {
    json.writeFieldName(field);
    ByteBuffer bytes =
        ByteBuffer.wrap(batch.output(), batch.outputOffset(item), batch.outputLength(item));
    byte[] encoded = Base64.getEncoder().encode(bytes).array();
    json.writeRawUTF8String(encoded, 0, encoded.length);
    Arrays.fill(encoded, (byte) 0);
    json.writeStringField("key", batch.key(item).id().toString());
    json.writeStringField("alias", batch.key(item).alias());
    json.writeNumberField("version", Integer.toUnsignedLong(batch.keyVersion(item)));
  }

  private static void error(JsonGenerator json, ProblemException problem) throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("code", problem.code().code());
    json.writeStringField("message", problem.detail());
    json.writeEndObject();
  }

  private static Buffer object(int bytes, Body body) {
    Bytes out = new Bytes(bytes / 3 * 4 + 512);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.buffer();
  }

  /** Hands its array on in place of a copy. */
  private static final class Bytes extends ByteArrayOutputStream {
    Bytes(int capacity) {
      super(capacity);
    }

    Buffer buffer() {
      return BufferInternal.buffer(Unpooled.wrappedBuffer(buf, 0, count));
    }
  }
}
