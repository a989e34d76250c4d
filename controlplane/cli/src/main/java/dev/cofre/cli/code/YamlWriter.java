package dev.cofre.cli.code;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/**
 * Writes JSON as YAML for people: blocks, and texts without quotes where every reader, of YAML 1.1
 * too, takes them for texts. Stateless.
 */
final class YamlWriter {
  /** Begins with a letter, and has nothing that means anything in YAML. */
  private static final Pattern BARE =
      Pattern.compile("[A-Za-z][A-Za-z0-9._/@-]*(:[A-Za-z0-9._/@-]+)*( [A-Za-z0-9._/@-]+)*");

  /** What a reader may take for something else than a text. */
  private static final Pattern WORD =
      Pattern.compile("(?i)(true|false|yes|no|on|off|y|n|null|nan|inf)");

  private YamlWriter() {}

  /** {@code object} as a document, its fields in their order. */
  static String write(JsonObject object) {
    StringBuilder yaml = new StringBuilder();
    fields(yaml, object, "");
    return yaml.toString();
  }

  private static void fields(StringBuilder yaml, JsonObject object, String indent) {
    for (String name : object.fieldNames()) {
      yaml.append(indent).append(text(name)).append(':');
      value(yaml, object.getValue(name), indent);
    }
  }

  private static void value(StringBuilder yaml, Object value, String indent) {
    switch (value) {
      case JsonObject object when object.isEmpty() -> yaml.append(" {}\n");
      case JsonObject object -> {
        yaml.append('\n');
        fields(yaml, object, indent + "  ");
      }
      case JsonArray array when array.isEmpty() -> yaml.append(" []\n");
      case JsonArray array -> {
        yaml.append('\n');
        for (int i = 0; i < array.size(); i++) {
          item(yaml, array.getValue(i), indent + "  ");
        }
      }
      case String text -> yaml.append(' ').append(text(text)).append('\n');
      case null, default -> yaml.append(' ').append(value).append('\n');
    }
  }

  private static void item(StringBuilder yaml, Object item, String indent) {
    yaml.append(indent).append('-');
    if (item instanceof JsonObject object && !object.isEmpty()) {
      StringBuilder inner = new StringBuilder();
      fields(inner, object, indent + "  ");
      yaml.append(' ').append(inner.substring(indent.length() + 2));
    } else {
      value(yaml, item, indent);
    }
  }

  /** A JSON text is a YAML one in double quotes. */
  private static String text(String text) {
    return BARE.matcher(text).matches() && !WORD.matcher(text).matches()
        ? text
        : Json.encode(text)
            .replace("\u0085", "\\N")
            .replace("\u2028", "\\L")
            .replace("\u2029", "\\P");
  }
}
