package dev.cofre.cli.migrate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.cofre.documents.yaml.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Reads JSON whose texts are secrets: they become bytes, and stand in no message. Stateless. */
final class JsonText {
  private static final int DEPTH_MAX = 32;
  private static final int BYTES_OF_CHAR_MAX = 3;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .build();

  private JsonText() {}

  /** What is done with a document. */
  interface Reading {
    void read(JsonParser parser) throws IOException;
  }

  /** Has {@code reading} read the one object of {@code file}, within its braces. */
  static void object(String file, byte[] bytes, Sources into, Reading reading) {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        into.errors().add(new Place(file, 1), "", "must be a JSON object");
        return;
      }
      reading.read(parser);
      if (parser.nextToken() != null) {
        into.errors().add(place(file, parser), "", "must end after its JSON object");
      }
    } catch (JsonProcessingException e) {
      // The library's own words may hold what stands there.
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      boolean twice = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field");
      into.errors()
          .add(
              new Place(file, line),
              "",
              twice
                  ? "has a field twice in one object"
                  : "is not well-formed JSON of at most " + DEPTH_MAX + " levels");
    } catch (IOException e) {
      into.errors().add(new Place(file, 1), "", "is not well-formed JSON in UTF-8");
    }
  }

  /** Where the parser is. */
  static Place place(String file, JsonParser parser) {
    return new Place(file, Math.max(1, parser.currentTokenLocation().getLineNr()));
  }

  /** The value at which {@code parser} is as bytes; null when it is null, an object or an array. */
  static byte[] bytes(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING ->
          utf8(
              CharBuffer.wrap(
                  parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
          parser.getText().getBytes(StandardCharsets.US_ASCII);
      default -> {
        parser.skipChildren();
        yield null;
      }
    };
  }

  /** Null when it holds half a character. */
  static byte[] utf8(CharBuffer text) {
    byte[] room = new byte[text.remaining() * BYTES_OF_CHAR_MAX];
    ByteBuffer encoded = ByteBuffer.wrap(room);
    CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
    try {
      boolean whole =
          encoder.encode(text, encoded, true).isUnderflow() && encoder.flush(encoded).isUnderflow();
      return whole ? Arrays.copyOf(room, encoded.position()) : null;
    } finally {
      Arrays.fill(room, (byte) 0);
    }
  }

  /** What {@code text}, which is overwritten, says in base64; null when it is none. */
  static byte[] decoded(byte[] text) {
    byte[] packed = new byte[text.length];
    int length = 0;
    for (byte b : text) {
      if (b != '\n' && b != '\r') {
        packed[length++] = b;
      }
    }
    byte[] exact = Arrays.copyOf(packed, length);
    try {
      byte[] decoded = Base64.getDecoder().decode(exact);
      // The decoder takes a text that lacks its padding, or has bits that nothing reads: cut off.
      byte[] again = Base64.getEncoder().encode(decoded);
      boolean whole = Arrays.equals(exact, again);
      Arrays.fill(again, (byte) 0);
      if (!whole) {
        Arrays.fill(decoded, (byte) 0);
        return null;
      }
      return decoded;
    } catch (IllegalArgumentException e) {
      return null;
    } finally {
      Arrays.fill(text, (byte) 0);
      Arrays.fill(packed, (byte) 0);
      Arrays.fill(exact, (byte) 0);
    }
  }
}
