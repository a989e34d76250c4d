package dev.cofre.cli.migrate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cofre.documents.yaml.Place;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a JSON object of names and texts, or one with the list {@code secrets}, as {@code cofre
 * secret open} prints it. Not thread-safe.
 */
final class JsonDump {
  private static final List<String> SAID =
      List.of("environment", "dataClass", "owner", "description", "expiresAt");
  private static final List<String> HEAD = List.of("format", "exportedAt");
  private static final String RULE =
      "must have one of value (a text), valueBase64 and versions, a list of such";

  private final String file;
  private final Sources into;
  private final Map<String, Found> flat = new LinkedHashMap<>();
  private boolean hasList;

  private record Found(Place place, byte[] value) {
    void wipe() {
      if (value != null) {
        Arrays.fill(value, (byte) 0);
      }
    }
  }

  private JsonDump(String file, Sources into) {
    this.file = file;
    this.into = into;
  }

  static void read(String file, byte[] bytes, Sources into) {
    JsonDump reader = new JsonDump(file, into);
    JsonText.object(file, bytes, into, reader::document);
    reader.takeFlat();
  }

  private void document(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("secrets")) {
        hasList = true;
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
          item(parser, "secrets[" + i + "]");
        }
      } else {
        flat.put(name, new Found(JsonText.place(file, parser), JsonText.bytes(parser)));
      }
    }
  }

  private void takeFlat() {
    flat.forEach(
        (name, found) -> {
          if (hasList) {
            found.wipe();
            if (!HEAD.contains(name)) {
              into.errors().add(found.place, name, "is not known beside secrets");
            }
          } else if (found.value == null) {
            into.errors()
                .add(found.place, name, "must be a text, a number, true or false, or secrets");
          } else {
            into.add(name, found.place, name, found.value);
          }
        });
  }

  private void item(JsonParser parser, String path) throws IOException {
    Place place = JsonText.place(file, parser);
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      into.errors().add(place, path, "must be an object");
      return;
    }
    String name = null;
    JsonObject said = new JsonObject();
    List<Found> values = new ArrayList<>();
    int given = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken token = parser.nextToken();
      String at = path + "." + field;
      if (field.equals("name") && token == JsonToken.VALUE_STRING) {
        name = parser.getText();
      } else if (SAID.contains(field) && token == JsonToken.VALUE_STRING) {
        said.put(field, parser.getText());
      } else if (field.equals("rotation") && token == JsonToken.START_OBJECT) {
        said.put(field, rotation(parser, at));
      } else if (field.equals("versions") && token == JsonToken.START_ARRAY) {
        given++;
        versions(parser, at, values);
      } else if (field.startsWith("value")) {
        given++;
        value(parser, at, values);
      } else {
        Place where = JsonText.place(file, parser);
        parser.skipChildren();
        into.errors().add(where, at, "is not known, or not of its kind");
      }
    }
    if (name == null || given != 1) {
      values.forEach(Found::wipe);
      into.errors().add(place, path, name == null ? "must have a name" : RULE);
      return;
    }
    for (int i = 0; i < values.size(); i++) {
      Found found = values.get(i);
      into.add(name, found.place, path, said, i + 1, found.value);
    }
  }

  private void versions(JsonParser parser, String path, List<Found> values) throws IOException {
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      String at = path + "[" + i + "]";
      Place place = JsonText.place(file, parser);
      int before = values.size();
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String field = parser.currentName();
          parser.nextToken();
          if (field.startsWith("value")) {
            value(parser, at + "." + field, values);
          } else {
            parser.skipChildren();
          }
        }
      } else {
        parser.skipChildren();
      }
      if (values.size() != before + 1) {
        into.errors().add(place, at, "must have one of value (a text) and valueBase64");
      }
    }
  }

  private void value(JsonParser parser, String path, List<Found> values) throws IOException {
    Place place = JsonText.place(file, parser);
    boolean isText = parser.currentToken() == JsonToken.VALUE_STRING;
    byte[] value = JsonText.bytes(parser);
    boolean coded = path.endsWith(".valueBase64");
    if (coded && value != null) {
      value = isText ? JsonText.decoded(value) : null;
    }
    if (value == null || !(coded || path.endsWith(".value"))) {
      into.errors()
          .add(
              place,
              path,
              coded ? "must be base64 (RFC 4648, section 4)" : "must be value: a text");
      return;
    }
    values.add(new Found(place, value));
  }

  private JsonObject rotation(JsonParser parser, String path) throws IOException {
    JsonObject rotation = new JsonObject();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken token = parser.nextToken();
      if (field.equals("days") && token == JsonToken.VALUE_NUMBER_INT) {
        rotation.put(field, parser.getIntValue());
      } else if (field.equals("none") && token == JsonToken.VALUE_STRING) {
        rotation.put(field, parser.getText());
      } else {
        Place where = JsonText.place(file, parser);
        parser.skipChildren();
        into.errors().add(where, path + "." + field, "is not known, or not of its kind");
      }
    }
    return rotation;
  }
}
