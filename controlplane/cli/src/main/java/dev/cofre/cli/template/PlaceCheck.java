package dev.cofre.cli.template;

import dev.cofre.cli.template.Template.Part;
import dev.cofre.cli.template.Template.Place;
import dev.cofre.cli.template.Template.Wrong;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Looks whether each place of a template is one that its format's way of writing holds in: the
 * template is filled with words that occur nowhere else and read as a reader of the format does.
 * What is then not a value of its own, but in a comment, in quotes of the template's or in a name,
 * is wrong. Not thread-safe.
 */
final class PlaceCheck {
  /** Literal text that needs no quotes in a shell and expands in none. */
  private static final String SHELL_SAFE = "A-Za-z0-9_./:@%+,=";

  private static final String MARK = "\u0001";
  private static final String URL_MARK = "\u0002";
  private static final Pattern SHELL_LINE =
      Pattern.compile(
          "[ \\t]*(#[^\\u0001\\u0002]*)?|(export )?[A-Za-z_][A-Za-z0-9_]*=("
              + MARK
              + "|["
              + SHELL_SAFE
              + URL_MARK
              + "-]*|'[^'\\u0001]*')");

  private final List<Part> parts;
  private final Format format;
  private final Wrong wrong;
  private final String word = "Cofre" + UUID.randomUUID().toString().replace("-", "");

  PlaceCheck(List<Part> parts, Format format, Wrong wrong) {
    this.parts = parts;
    this.format = format;
    this.wrong = wrong;
  }

  void check() {
    switch (format) {
      case JSON -> byValues(json());
      case YAML -> byValues(yaml());
      case PROPERTIES -> byValues(properties());
      case SHELL -> byLines();
      case TEXT -> {
        // The characters of its values are harmless wherever they stand.
      }
    }
  }

  private String word(int part) {
    return word + part + "End";
  }

  private String filled() throws UnfitValueException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      Place place = parts.get(i).place();
      text.append(
          place == null ? parts.get(i).literal() : place.url() ? word(i) : format.write(word(i)));
    }
    return text.toString();
  }

  /** The values that a reader finds; null when it cannot read it, which was told. */
  private List<String> json() {
    List<String> found = new ArrayList<>();
    try {
      collect(Json.decodeValue(filled()), found);
      return found;
    } catch (DecodeException | UnfitValueException e) {
      // The cause is left out: it quotes the text.
      wrong.at(1, "is not JSON with its values filled in; write no quotes around {{…}}");
      return null;
    }
  }

  private static void collect(Object json, List<String> found) {
    switch (json) {
      case JsonObject object -> object.forEach(entry -> collect(entry.getValue(), found));
      case JsonArray array -> array.forEach(item -> collect(item, found));
      case String text -> found.add(text);
      case null, default -> {
        // No place can be in it.
      }
    }
  }

  private List<String> yaml() {
    FileErrors errors = new FileErrors();
    List<String> found = new ArrayList<>();
    try {
      byte[] bytes = filled().getBytes(StandardCharsets.UTF_8);
      YamlReader.read("", bytes, errors).forEach(value -> collect(value, found));
    } catch (UnfitValueException e) {
      throw new IllegalStateException("a word of letters fits everywhere", e);
    }
    if (!errors.isEmpty()) {
      wrong.at(1, "is not YAML with its values filled in; write no quotes around {{…}}");
      return null;
    }
    return found;
  }

  private static void collect(YamlValue value, List<String> found) {
    switch (value) {
      case YamlValue.Mapping mapping ->
          mapping.entries().forEach(entry -> collect(entry.value(), found));
      case YamlValue.Sequence sequence -> sequence.items().forEach(item -> collect(item, found));
      case YamlValue.Scalar scalar -> {
        if (scalar.value() instanceof String text) {
          found.add(text);
        }
      }
      default -> {
        // No place can be in it.
      }
    }
  }

  private List<String> properties() {
    Properties read = new Properties();
    try {
      read.load(new StringReader(filled()));
    } catch (IOException | IllegalArgumentException | UnfitValueException e) {
      wrong.at(1, "cannot be read as properties with its values filled in");
      return null;
    }
    return read.values().stream().map(String.class::cast).toList();
  }

  private void byValues(List<String> values) {
    if (values == null) {
      return;
    }
    boolean whole = format != Format.PROPERTIES;
    for (int i = 0; i < parts.size(); i++) {
      Place place = parts.get(i).place();
      if (place == null) {
        continue;
      }
      String filled = word(i);
      if (place.url() && values.stream().noneMatch(value -> value.indexOf(filled) > 0)) {
        wrong.at(place.line(), place.title() + " | url must stand within a value, not begin it");
      } else if (!place.url() && whole && !values.contains(filled)) {
        wrong.at(place.line(), place.title() + " must be a value of its own, without quotes");
      } else if (!place.url()
          && !whole
          && values.stream().noneMatch(value -> value.contains(filled))) {
        wrong.at(place.line(), place.title() + " must stand in a value");
      }
    }
  }

  private void byLines() {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      if (part.place() == null
          && (part.literal().contains(MARK) || part.literal().contains(URL_MARK))) {
        wrong.at(1, "holds control characters");
        return;
      }
      text.append(part.place() == null ? part.literal() : part.place().url() ? URL_MARK : MARK);
    }
    String[] lines = text.toString().split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (!SHELL_LINE.matcher(lines[i]).matches()) {
        wrong.at(
            i + 1,
            "must be empty, a comment without values, or an assignment: NAME={{SOURCE.FIELD}}, or"
                + " NAME= and text of letters, digits and _./:@%+,=- or in single quotes, with"
                + " {{SOURCE.FIELD | url}} in it");
      }
    }
  }
}
