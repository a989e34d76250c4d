package dev.cofre.cli.migrate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cofre.documents.yaml.Place;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code vault kv get -format=json} of a KV version 2 engine prints. Not thread-safe.
 *
 * <p>That does not say which secret it is of: the file's name does, {@code NAME.json}, or {@code
 * NAME.vN.json} for one of several versions. Each field is a secret of its own, {@code NAME#FIELD}.
 */
final class VaultOutput {
  private static final Pattern FILE = Pattern.compile("(.+?)(?:\\.v([1-9][0-9]{0,8}))?\\.json");

  private final String file;
  private final Sources into;
  private final Map<String, Found> fields = new LinkedHashMap<>();
  private boolean hasMetadata;
  private int version;
  private boolean isGone;

  private record Found(Place place, byte[] value) {}

  private VaultOutput(String file, Sources into) {
    this.file = file;
    this.into = into;
  }

  static void read(String file, byte[] bytes, Sources into) {
    Path last = Path.of(file).getFileName();
    Matcher named = FILE.matcher(last == null ? "" : last.toString());
    if (!named.matches()) {
      into.errors()
          .add(
              new Place(file, 1),
              "",
              "must be called NAME.json, or NAME.vN.json for version N: what Vault prints does not"
                  + " say which secret it is of");
      return;
    }
    Optional<String> why =
        into.vaultNames().add(named.group(1), Path.of(file), named.group(2) != null);
    if (why.isPresent()) {
      into.errors().add(new Place(file, 1), "", why.get());
      return;
    }
    VaultOutput reader = new VaultOutput(file, into);
    int before = into.errors().count();
    JsonText.object(file, bytes, into, reader::document);
    if (into.errors().count() == before) {
      reader.take(named.group(1), named.group(2));
    } else {
      reader.fields.values().forEach(found -> Arrays.fill(found.value, (byte) 0));
    }
  }

  private void document(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      boolean data = parser.currentName().equals("data");
      if (parser.nextToken() == JsonToken.START_OBJECT && data) {
        data(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void data(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
      if (isObject && name.equals("data")) {
        values(parser);
      } else if (isObject && name.equals("metadata")) {
        metadata(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void values(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      Place place = JsonText.place(file, parser);
      byte[] value = JsonText.bytes(parser);
      if (value == null) {
        into.errors()
            .add(
                place,
                "data.data." + name,
                "must be a text, a number, true or false: a value with parts is not taken");
      } else {
        fields.put(name, new Found(place, value));
      }
    }
  }

  private void metadata(JsonParser parser) throws IOException {
    hasMetadata = true;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (name.equals("version") && token == JsonToken.VALUE_NUMBER_INT) {
        version = parser.getIntValue();
      } else if (name.equals("destroyed")) {
        isGone |= token == JsonToken.VALUE_TRUE;
      } else if (name.equals("deletion_time") && token == JsonToken.VALUE_STRING) {
        isGone |= parser.getTextLength() > 0 && fields.isEmpty();
      } else {
        parser.skipChildren();
      }
    }
  }

  private void take(String name, String number) {
    Place top = new Place(file, 1);
    if (!hasMetadata || version < 1) {
      into.errors()
          .add(
              top,
              "data.metadata.version",
              "is missing: it is not what vault kv get -format=json of a KV version 2 engine"
                  + " prints");
    } else if (number != null && Integer.parseInt(number) != version) {
      into.errors()
          .add(top, "data.metadata.version", "is " + version + ", not that of the file's name");
    } else if (fields.isEmpty()) {
      into.note(top, "", isGone ? "is a version that was deleted or destroyed" : "has no fields");
    } else {
      fields.forEach(
          (field, found) ->
              into.add(
                  name + "#" + field,
                  found.place,
                  "data.data." + field,
                  new JsonObject(),
                  version,
                  found.value));
      return;
    }
    fields.values().forEach(found -> Arrays.fill(found.value, (byte) 0));
  }
}
