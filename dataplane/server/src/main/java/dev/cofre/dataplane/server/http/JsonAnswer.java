package dev.cofre.dataplane.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.DataKeyCalls;
import dev.cofre.engine.request.Outcome;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Writes the JSON answers. Bytes are encoded by the JDK's Base64, which is faster than the JSON
 * library's.
 */
final class JsonAnswer {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonAnswer() {}

  /** Writes one thing into a generator. */
  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** One input's answer. */
  static Buffer single(Outcome outcome, String outputField) {
    return object(
        outcome.bytes().length,
        json -> {
          base64(json, outputField, outcome.bytes());
          named(json, outcome);
        });
  }

  /** The answers to {@code items}, in order. */
  static Buffer batch(List<Outcome> outcomes, String outputField) {
    int bytes =
        outcomes.stream()
            .mapToInt(outcome -> outcome.bytes() == null ? 64 : outcome.bytes().length)
            .sum();
    return object(
        bytes,
        json -> {
          json.writeArrayFieldStart("items");
          for (Outcome outcome : outcomes) {
            json.writeStartObject();
            if (outcome.problem() == null) {
              base64(json, outputField, outcome.bytes());
              named(json, outcome);
            } else {
              error(json, outcome.problem());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** A data key that is handed out. */
  static Buffer dataKey(
      DataKeyCalls.Generated generated, boolean withPlaintext, boolean withWrapped) {
    return object(
        256,
        json -> {
          if (withPlaintext) {
            base64(json, "plaintext", generated.plaintext());
          }
          if (withWrapped) {
            base64(json, "wrapped", generated.wrapped().bytes());
          }
          json.writeStringField("key", generated.key().id().toString());
          json.writeNumberField(
              "version", Integer.toUnsignedLong(generated.wrapped().keyVersion()));
          json.writeNumberField("ttlSeconds", generated.ttlMs() / 1_000);
        });
  }

  private static void named(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeStringField("key", outcome.key().id().toString());
    json.writeStringField("alias", outcome.key().alias());
    json.writeNumberField("version", Integer.toUnsignedLong(outcome.keyVersion()));
  }

  private static void error(JsonGenerator json, ProblemException problem) throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("code", problem.code().code());
    json.writeStringField("message", problem.detail());
    json.writeEndObject();
  }

  private static void base64(JsonGenerator json, String field, byte[] bytes) throws IOException {
    json.writeFieldName(field);
    byte[] encoded = Base64.getEncoder().encode(bytes);
    json.writeRawUTF8String(encoded, 0, encoded.length);
    Arrays.fill(encoded, (byte) 0);
  }

  private static Buffer object(int bytes, Body body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes * 4 / 3 + 256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Buffer.buffer(out.toByteArray());
  }
}
