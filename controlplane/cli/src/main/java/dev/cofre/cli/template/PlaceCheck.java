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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Looks whether each place of a template is one that its format's way of writing holds in: the
 * template is filled with words that occur nowhere else and read as a reader of the format does.
 * What is then not a value of its own, but in a comment, in quotes of the template's or in a name,
 * is wrong; so is what other fillings (nothing, a digit, a letter of an escape) make another
 * structure of. Not thread-safe.
 */
final class PlaceCheck {
  /** Literal text that needs no quotes in a shell and expands in none. */
  private static final String SHELL_SAFE = "A-Za-z0-9_./:@%+,=";

  private static final String MARK = "\u0001";
  private static final String URL_MARK = "\u0002";

  /** What values may be or begin with that other readers, escapes and types begin with, too. */
  private static final List<String> FILLS = List.of("", "u0041", "n1", "7", "x41", "true", "null");

  /** As a comment is, outside quotes. */
  private static final String OUT_OF_QUOTES = "a #b";

  private static final Map<Format, String> UNREADABLE =
      Map.of(
          Format.JSON,
          "is not JSON with its values filled in; write no quotes around {{…}}",
          Format.YAML,
          "is not YAML with its values filled in; write no quotes around {{…}}",
          Format.PROPERTIES,
          "cannot be read as properties with its values filled in");

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
      case JSON, YAML, PROPERTIES -> byValues();
      case SHELL -> byLines();
      case TEXT -> {
        // The characters of its values are harmless wherever they stand.
      }
    }
  }

  private String word(int part) {
    return word + part + "End";
  }

  /** The text with {@code fill} in the places in {@code at}, words of their own in the others. */
  private String filled(String fill, Set<Integer> at) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      Place place = parts.get(i).place();
      if (place == null) {
        text.append(parts.get(i).literal());
      } else {
        String value = at.contains(i) ? fill : word(i);
        text.append(place.url() ? value : written(value));
      }
    }
    return text.toString();
  }

  private String written(String value) {
    try {
      return format.write(value);
    } catch (UnfitValueException e) {
      throw new IllegalStateException("these formats write every value", e);
    }
  }

  /**
   * What a reader of the format finds in {@code text}, as JSON has it; empty: it cannot read it.
   */
  private Optional<Object> read(String text) {
    try {
      return switch (format) {
        case JSON -> Optional.ofNullable(Json.decodeValue(text));
        case YAML -> yaml(text);
        default -> {
          Properties read = new Properties();
          read.load(new StringReader(text));
          yield Optional.of(new TreeMap<>(read));
        }
      };
    } catch (DecodeException | IOException | IllegalArgumentException e) {
      // The cause is left out: it quotes the text.
      return Optional.empty();
    }
  }

  private static Optional<Object> yaml(String text) {
    FileErrors errors = new FileErrors();
    List<YamlValue> documents = YamlReader.read("", text.getBytes(StandardCharsets.UTF_8), errors);
    return errors.isEmpty()
        ? Optional.of(documents.stream().map(PlaceCheck::plain).toList())
        : Optional.empty();
  }

  private static Object plain(YamlValue value) {
    return switch (value) {
      case YamlValue.Mapping mapping -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        mapping.entries().forEach(entry -> entries.put(entry.name(), plain(entry.value())));
        yield entries;
      }
      case YamlValue.Sequence sequence -> {
        List<Object> items = new ArrayList<>();
        sequence.items().forEach(item -> items.add(plain(item)));
        yield items;
      }
      case YamlValue.Scalar scalar -> scalar.value();
    };
  }

  private static void collect(Object value, List<String> found) {
    switch (value) {
      case JsonObject object -> object.forEach(entry -> collect(entry.getValue(), found));
      case JsonArray array -> array.forEach(item -> collect(item, found));
      case Map<?, ?> map -> map.values().forEach(each -> collect(each, found));
      case List<?> list -> list.forEach(each -> collect(each, found));
      case String text -> found.add(text);
      case null, default -> {
        // No place can be in it.
      }
    }
  }

  private void byValues() {
    Object read = read(filled("", Set.of())).orElse(null);
    if (read == null) {
      wrong.at(1, UNREADABLE.get(format));
      return;
    }
    List<String> values = new ArrayList<>();
    collect(read, values);
    boolean whole = format != Format.PROPERTIES;
    boolean held = true;
    for (int i = 0; i < parts.size(); i++) {
      Place place = parts.get(i).place();
      if (place == null) {
        continue;
      }
      String trouble = trouble(i, place, values, whole);
      if (!trouble.isEmpty()) {
        held = false;
        wrong.at(place.line(), place.title() + " " + trouble);
      }
    }
    if (held) {
      byFills(Json.encode(read));
    }
  }

  private String trouble(int part, Place place, List<String> values, boolean whole) {
    String filled = word(part);
    if (!whole && isEscaped(part)) {
      return "stands behind a backslash";
    }
    if (place.url()) {
      return values.stream().anyMatch(value -> value.indexOf(filled) > 0)
          ? ""
          : "| url must stand within a value, not begin it";
    }
    if (whole) {
      return values.contains(filled) ? "" : "must be a value of its own, without quotes";
    }
    return values.stream().anyMatch(value -> value.contains(filled)) ? "" : "must stand in a value";
  }

  /** Whether an odd number of backslashes stands before it. */
  private boolean isEscaped(int part) {
    String before = part == 0 ? "" : parts.get(part - 1).literal();
    if (before == null) {
      return false;
    }
    int length = before.length();
    while (length > 0 && before.charAt(length - 1) == '\\') {
      length--;
    }
    return (before.length() - length) % 2 == 1;
  }

  /** Whatever is filled in, all else must be read as it was with words: names, types and values. */
  private void byFills(String expected) {
    Set<Integer> all = new TreeSet<>();
    Set<Integer> urls = new TreeSet<>();
    for (int i = 0; i < parts.size(); i++) {
      Place place = parts.get(i).place();
      if (place != null) {
        all.add(i);
        if (place.url()) {
          urls.add(i);
        }
      }
    }
    for (String fill : FILLS) {
      if (!hold(expected, fill, all)) {
        tell(expected, fill, all, "could be read as something else, by what its value is");
        return;
      }
    }
    if (format == Format.YAML && !hold(expected, OUT_OF_QUOTES, urls)) {
      tell(expected, OUT_OF_QUOTES, urls, "| url must stand within quotes");
    }
  }

  private boolean hold(String expected, String fill, Set<Integer> at) {
    String same = expected;
    for (int part : at) {
      same = same.replace(word(part), fill);
    }
    return read(filled(fill, at)).map(Json::encode).filter(same::equals).isPresent();
  }

  private void tell(String expected, String fill, Set<Integer> at, String message) {
    int told = 0;
    for (int part : at) {
      if (!hold(expected, fill, Set.of(part))) {
        Place place = parts.get(part).place();
        wrong.at(place.line(), place.title() + " " + message);
        told++;
      }
    }
    if (told == 0) {
      wrong.at(1, "has places that together " + message);
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
