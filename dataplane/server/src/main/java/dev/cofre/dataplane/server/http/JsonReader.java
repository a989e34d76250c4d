package dev.cofre.dataplane.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Batch;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads a JSON body strictly: no unknown, repeated or missing field, nothing after the object. What
 * is wrong with one of {@code items} is that item's problem; what is wrong with the JSON itself is
 * the request's.
 */
final class JsonReader {
  /** The most plaintext of a body with one input. */
  static final int SINGLE_BYTES_MAX = 4 * 1024 * 1024;

  /** The most plaintext of a body of items. */
  static final int BATCH_BYTES_MAX = 16 * 1024 * 1024;

  /** The most items of a body. */
  static final int ITEMS_MAX = 10_000;

  /** The longest JSON body: a full batch in base64, its envelopes' overhead and contexts. */
  static final int BODY_BYTES_MAX = 32 * 1024 * 1024;

  /** UTF-8 alone (RFC 8259 §8.1), and texts as long as a body may be. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(BODY_BYTES_MAX).build())
          .build();

  private final byte[] body;
  private final JsonParser parser;
  private final String inputField;
  private final boolean envelopes;
  private final Batch batch;
  private long inputBytes;

  private JsonReader(byte[] body, JsonParser parser, String inputField, Batch batch) {
    this.body = body;
    this.parser = parser;
    this.batch = batch;
    this.inputField = inputField;
    this.envelopes = inputField.equals("ciphertext");
  }

  /**
   * Reads {@code body}.
   *
   * @param inputField the field that holds the input: {@code plaintext}, {@code ciphertext} or
   *     {@code wrapped}; empty for {@code data-keys}, which has none
   * @param batch takes the inputs, decoded
   * @throws ProblemException {@code invalid_request} or {@code payload_too_large}
   */
  static JsonRequest read(byte[] body, String inputField, Batch batch) {
    try (JsonParser parser = JSON.createParser(body)) {
      JsonReader reader = new JsonReader(body, parser, inputField, batch);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("the body must be a JSON object");
      }
      JsonRequest request = reader.request();
      if (parser.nextToken() != null) {
        throw invalid("there is something after the JSON object");
      }
      return request;
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
      throw invalid("the body is not well-formed JSON" + where);
    } catch (IOException e) {
      throw invalid("the body is not well-formed JSON");
    }
  }

  private JsonRequest request() throws IOException {
    Set<String> seen = new HashSet<>();
    Input single = new Input();
    boolean items = false;
    int bytes = EnvelopeFormat.KEY_LENGTH;
    boolean withPlaintext = true;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = once(seen);
      if (single.read(field)) {
        continue;
      }
      switch (field) {
        case "items" -> items = readItems();
        case "bytes" -> bytes = wholeNumber();
        case "withPlaintext" -> withPlaintext = flag();
        default -> throw invalid("there is no field " + quote(field) + " here");
      }
    }
    rejectForeign(seen);
    if (items) {
      limit(BATCH_BYTES_MAX, "a body of items holds");
      return new JsonRequest(true, EncryptionContext.EMPTY, bytes, withPlaintext);
    }
    if (!inputField.isEmpty()) {
      single.addTo(batch);
      if (batch.problem(0) != null) {
        throw batch.problem(0);
      }
      limit(SINGLE_BYTES_MAX, "a single JSON body holds");
    }
    return new JsonRequest(false, single.context(), bytes, withPlaintext);
  }

  /** Fields that belong to other calls, or do not go together. */
  private void rejectForeign(Set<String> seen) {
    boolean dataKeys = inputField.isEmpty();
    boolean foreign =
        dataKeys
            ? seen.contains("items")
            : seen.contains("bytes")
                || seen.contains("withPlaintext")
                || (inputField.equals("wrapped") && seen.contains("items"));
    if (foreign) {
      throw invalid("the body has a field that this call does not take; see /openapi.yaml");
    }
    if (seen.contains("items") && (seen.contains(inputField) || seen.contains("context"))) {
      throw invalid("send either items, or one input with its context");
    }
  }

  private boolean readItems() throws IOException {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw invalid("items must be an array");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (batch.size() == ITEMS_MAX) {
        throw new ProblemException(
            ErrorCode.PAYLOAD_TOO_LARGE,
            "a body holds at most " + ITEMS_MAX + " items; send more requests");
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw invalid("each of items must be an object");
      }
      readItem();
    }
    if (batch.size() == 0) {
      throw invalid("items is empty");
    }
    return true;
  }

  private void readItem() throws IOException {
    Set<String> seen = new HashSet<>();
    Input input = new Input();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = once(seen);
      if (!input.read(field)) {
        throw invalid("there is no field " + quote(field) + " in an item");
      }
    }
    input.addTo(batch);
  }

  /** The input and the context of one item; what is wrong with them is kept until all is read. */
  private final class Input {
    private byte[] bytes;
    private EncryptionContext context = EncryptionContext.EMPTY;
    private ProblemException problem;

    /** Reads {@code field}'s value if it is one of ours. */
    boolean read(String field) throws IOException {
      if (field.equals(inputField)) {
        readBytes();
      } else if (field.equals("context")) {
        readContext();
      } else {
        return false;
      }
      return true;
    }

    private void readBytes() throws IOException {
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        parser.skipChildren();
        problem = invalid(inputField + " must be a string of base64");
        return;
      }
      try {
        bytes = decodeText();
        inputBytes += plaintextLength(bytes.length);
      } catch (IllegalArgumentException e) {
        problem = invalid(inputField + " must be base64 (RFC 4648 section 4, padded, canonical)");
      }
    }

    /**
     * Base64 has nothing to escape, so it is decoded where it stands in the body; only a text with
     * escapes is made a text first.
     */
    private byte[] decodeText() throws IOException {
      int start = (int) parser.currentTokenLocation().getByteOffset() + 1;
      int end = start;
      while (end < body.length && body[end] != '"' && body[end] != '\\') {
        end++;
      }
      boolean plain = end < body.length && body[start - 1] == '"' && body[end] == '"';
      return plain
          ? CanonicalBase64.decode(body, start, end - start)
          : CanonicalBase64.decode(parser.getText());
    }

    private void readContext() throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        problem = invalid("context must be an object of strings");
        return;
      }
      EncryptionContext.Builder builder = new EncryptionContext.Builder();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          parser.skipChildren();
          problem = invalid("the values of context must be strings");
          continue;
        }
        try {
          builder.add(key, parser.getText());
        } catch (ProblemException e) {
          problem = e;
        }
      }
      try {
        context = builder.build();
      } catch (ProblemException e) {
        problem = e;
      }
    }

    EncryptionContext context() {
      if (problem != null) {
        throw problem;
      }
      return context;
    }

    void addTo(Batch target) {
      if (problem == null && bytes == null) {
        problem = invalid(inputField + " is missing");
      }
      if (problem == null) {
        target.add(bytes, 0, bytes.length, context);
      } else {
        target.addMalformed(problem);
      }
    }
  }

  private long plaintextLength(int length) {
    return envelopes ? Math.max(0, EnvelopeFormat.plaintextLength(length)) : length;
  }

  private String once(Set<String> seen) throws IOException {
    String field = parser.currentName();
    if (!seen.add(field)) {
      throw invalid("the field " + quote(field) + " stands twice");
    }
    return field;
  }

  private int wholeNumber() throws IOException {
    if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
      throw invalid("bytes must be a whole number");
    }
    return parser.getValueAsInt();
  }

  private boolean flag() throws IOException {
    JsonToken token = parser.nextToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw invalid("withPlaintext must be true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private void limit(int bytesMax, String what) {
    if (inputBytes > bytesMax) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          what
              + " at most "
              + bytesMax
              + " bytes; send it as application/octet-stream or in parts");
    }
  }

  /** Quotes at most the beginning of a name that somebody sent. */
  private static String quote(String name) {
    return "\""
        + (name.length() > 40 ? name.substring(0, 40) + "…" : name)
            .replaceAll("[^\\x20-\\x7e]", "?")
        + "\"";
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, detail);
  }
}
