package dev.cofre.documents.shape;

import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Items;
import dev.cofre.documents.shape.Shape.Named;
import dev.cofre.documents.shape.Shape.Rule;
import dev.cofre.documents.shape.Shape.Text;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlValue;
import dev.cofre.documents.yaml.YamlValue.Entry;
import dev.cofre.documents.yaml.YamlValue.Mapping;
import dev.cofre.documents.yaml.YamlValue.Scalar;
import dev.cofre.documents.yaml.YamlValue.Sequence;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks a value against its shape, notes all that is wrong, and makes it JSON. Not thread-safe.
 */
public final class ShapeCheck {
  private final FileErrors errors;
  private final Map<String, Place> places = new HashMap<>();

  /** Notes in {@code errors}. */
  public ShapeCheck(FileErrors errors) {
    this.errors = errors;
  }

  /** Where each field stands, by its path. */
  public Map<String, Place> places() {
    return places;
  }

  /** {@code value} as JSON; null in the place of what is wrong. */
  public Object check(String path, YamlValue value, Shape shape) {
    places.putIfAbsent(path, value.place());
    return switch (shape) {
      case Fields fields -> fields(path, value, fields);
      case Named named -> named(path, value, named);
      case Items items -> items(path, value, items);
      default -> {
        Object scalar = value instanceof Scalar only ? only.value() : value;
        String wrong = wrong(scalar, shape);
        if (wrong != null) {
          errors.add(value.place(), path, wrong);
        }
        yield wrong == null ? scalar : null;
      }
    };
  }

  private JsonObject fields(String path, YamlValue value, Fields shape) {
    JsonObject json = new JsonObject();
    if (!(value instanceof Mapping mapping)) {
      errors.add(value.place(), path, "must be an object with " + names(shape));
      return json;
    }
    for (Entry entry : mapping.entries()) {
      String at = join(path, entry.name());
      places.put(at, entry.place());
      Optional<Field> field =
          shape.fields().stream().filter(f -> f.name().equals(entry.name())).findFirst();
      if (field.isEmpty()) {
        errors.add(entry.place(), at, "is not a known field; there are " + names(shape));
      } else {
        json.put(entry.name(), check(at, entry.value(), field.get().shape()));
      }
    }
    for (Field field : shape.fields()) {
      if (field.required() && mapping.find(field.name()).isEmpty()) {
        errors.add(
            value.place(),
            join(path, field.name()),
            "is missing" + allowed(field.shape()).map(what -> ": it must be " + what).orElse(""));
      }
    }
    shape.rules().forEach(rule -> rule(path, mapping, rule));
    return json;
  }

  private void rule(String path, Mapping mapping, Rule rule) {
    List<String> there =
        rule.fields().stream().filter(name -> mapping.find(name).isPresent()).toList();
    String all = String.join(" and ", rule.fields());
    String wrong =
        switch (rule.count()) {
          case EXACTLY_ONE ->
              there.size() == 1 ? null : "must have exactly one of " + listed(rule.fields());
          case AT_LEAST_ONE -> there.isEmpty() ? "must have " + listed(rule.fields()) : null;
          case ALL_OR_NONE ->
              there.isEmpty() || there.size() == rule.fields().size()
                  ? null
                  : "must have both " + all + ", or none";
        };
    if (wrong != null) {
      errors.add(mapping.place(), path, wrong);
    }
  }

  private static String listed(List<String> names) {
    return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
  }

  private JsonObject named(String path, YamlValue value, Named shape) {
    JsonObject json = new JsonObject();
    if (!(value instanceof Mapping mapping)) {
      errors.add(value.place(), path, "must be an object of at most " + shape.max() + " fields");
      return json;
    }
    if (mapping.entries().size() > shape.max()) {
      errors.add(value.place(), path, "must have at most " + shape.max() + " fields");
    }
    for (Entry entry : mapping.entries()) {
      String at = join(path, entry.name());
      places.put(at, entry.place());
      String wrong = wrong(entry.name(), shape.name());
      if (wrong != null) {
        errors.add(entry.place(), at, "has a name that " + wrong);
      }
      json.put(entry.name(), check(at, entry.value(), shape.value()));
    }
    return json;
  }

  private JsonArray items(String path, YamlValue value, Items shape) {
    JsonArray json = new JsonArray();
    String size = shape.min() == 0 ? "at most " + shape.max() : shape.min() + " to " + shape.max();
    if (!(value instanceof Sequence sequence)) {
      errors.add(value.place(), path, "must be a list of " + size + " items");
      return json;
    }
    if (sequence.items().size() < shape.min() || sequence.items().size() > shape.max()) {
      errors.add(value.place(), path, "must be a list of " + size + " items");
      return json;
    }
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      YamlValue item = sequence.items().get(i);
      String at = path + "[" + i + "]";
      Object checked = check(at, item, shape.item());
      if (shape.distinct() && item instanceof Scalar && checked != null && !seen.add(checked)) {
        errors.add(item.place(), at, "is there twice");
      }
      json.add(checked);
    }
    return json;
  }

  /** What is wrong with {@code value}; null when nothing is. */
  private static String wrong(Object value, Shape shape) {
    boolean right =
        switch (shape) {
          case Text text ->
              value instanceof String string
                  && string.codePointCount(0, string.length()) <= text.charactersMax()
                  && wellFormed(string)
                  && text.pattern().matcher(string).matches();
          case Shape.OneOf oneOf -> value instanceof String name && oneOf.values().contains(name);
          case Shape.Time time -> value instanceof String string && isTime(string);
          case Shape.Whole whole ->
              value instanceof Long number && number >= whole.min() && number <= whole.max();
          case Shape.Flag flag -> value instanceof Boolean;
          case Shape.True only -> Boolean.TRUE.equals(value);
          default -> false;
        };
    if (right) {
      return null;
    }
    boolean quoted = shape instanceof Text && value != null && !(value instanceof String);
    boolean simple = !(value instanceof YamlValue);
    return "must be "
        + allowed(shape).orElseThrow()
        + (quoted && simple ? "; put it in quotes to make it a text" : "");
  }

  private static boolean wellFormed(String text) {
    return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
  }

  private static boolean isTime(String text) {
    try {
      return Shape.Time.PATTERN.matcher(text).matches()
          && !Instant.parse(text).isBefore(Instant.EPOCH);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /** What a value may be, in words; empty for what consists of parts. */
  private static Optional<String> allowed(Shape shape) {
    return Optional.ofNullable(
        switch (shape) {
          case Text text -> text.rule();
          case Shape.OneOf oneOf when oneOf.values().size() == 1 -> oneOf.values().getFirst();
          case Shape.OneOf oneOf -> "one of " + String.join(", ", oneOf.values());
          case Shape.Time time -> "a time in UTC from 1970 on, as 2030-01-31T00:00:00Z";
          case Shape.Whole whole -> "a whole number from " + whole.min() + " to " + whole.max();
          case Shape.Flag flag -> "true or false";
          case Shape.True only -> "true";
          default -> null;
        });
  }

  private static String names(Fields shape) {
    return shape.fields().stream().map(Field::name).collect(Collectors.joining(", "));
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
