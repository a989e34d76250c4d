package dev.cofre.controlplane.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON objects and refuses what two readers could understand in two ways. Stateless. */
final class StrictJson {
  private static final int DEPTH_MAX = 20;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .build();

  private StrictJson() {}

  /**
   * The object that {@code body} is.
   *
   * @throws ProblemException {@code invalid_request} saying where it is not well formed
   */
  static Map<String, Object> object(byte[] body) {
    try (JsonParser parser = FACTORY.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw refuse("must be a JSON object");
      }
      Map<String, Object> object = readObject(parser);
      if (parser.nextToken() != null) {
        throw refuse("must end after its JSON object");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw refuse(e);
    } catch (IOException e) {
      throw refuse("is not well-formed JSON in UTF-8");
    }
  }

  /**
   * An object and where in its bytes one of its fields stands, of which nothing is copied.
   *
   * @param fields all; the one that is held is {@code true} in its place
   * @param offset of the first character between the quotes
   * @param length up to the closing quote, escapes as they are; -1: there is no such field
   */
  record Holding(Map<String, Object> fields, int offset, int length) {}

  /**
   * The object that {@code body} is, without reading its text {@code held}.
   *
   * @throws ProblemException {@code invalid_request} saying where it is not well formed
   */
  static Holding holding(byte[] body, String held) {
    try (JsonParser parser = FACTORY.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw refuse("must be a JSON object");
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      int offset = 0;
      int length = -1;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
        if (name.equals(held) && !text) {
          throw refuse("has another " + held + " than a text");
        }
        if (name.equals(held)) {
          offset = (int) parser.currentTokenLocation().getByteOffset() + 1;
          if (offset < 1 || body[offset - 1] != '"') {
            throw refuse("must be in UTF-8, without a byte order mark");
          }
          length = lengthOfText(body, offset);
        }
        fields.put(name, name.equals(held) ? true : readValue(parser));
      }
      if (parser.nextToken() != null) {
        throw refuse("must end after its JSON object");
      }
      return new Holding(fields, offset, length);
    } catch (JsonProcessingException e) {
      throw refuse(e);
    } catch (IOException e) {
      throw refuse("is not well-formed JSON in UTF-8");
    }
  }

  /** The parser goes on behind it, and refuses a text without an end. */
  private static int lengthOfText(byte[] body, int offset) {
    int end = offset;
    while (end < body.length && body[end] != '"') {
      end += body[end] == '\\' ? 2 : 1;
    }
    return Math.min(end, body.length) - offset;
  }

  private static ProblemException refuse(JsonProcessingException e) {
    return refuse(
        "is not well-formed JSON (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + "): no duplicate fields, no comments, UTF-8");
  }

  private static ProblemException refuse(String why) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, "the body " + why);
  }

  private static Map<String, Object> readObject(JsonParser parser) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      object.put(name, readValue(parser));
    }
    return object;
  }

  private static Object readValue(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> readObject(parser);
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(readValue(parser));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getNumberValue();
    };
  }
}
