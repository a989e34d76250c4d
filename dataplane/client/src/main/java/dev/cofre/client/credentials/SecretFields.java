package dev.cofre.client.credentials;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cofre.client.CofreException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The texts and numbers of a JSON object, as characters that can be overwritten; what is nested in
 * it is left out. Not thread-safe.
 */
final class SecretFields implements AutoCloseable {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          // What it has read stays with no thread.
          .configure(JsonFactory.Feature.USE_THREAD_LOCAL_FOR_BUFFER_RECYCLING, false)
          .build();

  private final String what;
  private final Map<String, char[]> fields = new HashMap<>();

  private SecretFields(String what) {
    this.what = what;
  }

  /**
   * Reads {@code json}, which this overwrites.
   *
   * @param what names it in failures
   */
  static SecretFields read(String what, byte[] json) {
    SecretFields read = new SecretFields(what);
    try (JsonParser parser = JSON.createParser(json)) {
      read.all(parser);
      return read;
    } catch (IOException e) {
      read.close();
      // The cause is left out: it may quote what it stands in.
      throw read.unfit();
    } catch (CofreException e) {
      read.close();
      throw e;
    } finally {
      Arrays.fill(json, (byte) 0);
    }
  }

  private void all(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw unfit();
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
        char[] former = fields.put(name, taken(parser));
        if (former != null) {
          Arrays.fill(former, '\0');
        }
      } else {
        parser.skipChildren();
      }
    }
    if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
      throw unfit();
    }
  }

  /** The text at which {@code parser} is, which is overwritten there where it can be reached. */
  private static char[] taken(JsonParser parser) throws IOException {
    char[] text = parser.getTextCharacters();
    int from = parser.getTextOffset();
    int to = from + parser.getTextLength();
    char[] copy = Arrays.copyOfRange(text, from, to);
    Arrays.fill(text, from, to, '\0');
    return copy;
  }

  /** A copy of the field {@code name}, the caller's to overwrite. */
  char[] secret(String name) {
    char[] value = fields.get(name);
    if (value == null || value.length == 0) {
      throw new CofreException(CofreException.Kind.PROTOCOL, what + " has no " + name);
    }
    return value.clone();
  }

  /** The field {@code name}, which is no secret. */
  String text(String name) {
    return new String(secret(name));
  }

  Instant instant(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException e) {
      throw unfit();
    }
  }

  private CofreException unfit() {
    return new CofreException(
        CofreException.Kind.PROTOCOL, what + " is not a JSON object of the expected form");
  }

  @Override
  public void close() {
    fields.values().forEach(value -> Arrays.fill(value, '\0'));
  }

  @Override
  public String toString() {
    return "SecretFields[" + what + "]";
  }
}
