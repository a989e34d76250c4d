package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads a JSON object's fields and collects everything that is wrong with them. Not thread-safe.
 */
final class DocumentFields {
  private static final String MISSING = "is missing";
  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

  private final Map<String, ?> document;
  private final String path;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<FieldError> errors;

  DocumentFields(Map<String, ?> document) {
    this(document, "", new ArrayList<>());
  }

  private DocumentFields(Map<String, ?> document, String path, List<FieldError> errors) {
    this.document = document;
    this.path = path;
    this.errors = errors;
  }

  /** Whether the document has {@code field}, with a value or null. */
  boolean has(String field) {
    return document.containsKey(field);
  }

  /** The fields of the object {@code field}; null when there is none. */
  DocumentFields object(String field) {
    known.add(field);
    return document.get(field) == null ? null : child(field, document.get(field));
  }

  /** The fields of each object in the list {@code field}; none when it is absent. */
  List<DocumentFields> objects(String field, int itemsMax) {
    known.add(field);
    Object value = document.get(field);
    List<DocumentFields> children = new ArrayList<>();
    if (value == null) {
      return children;
    }
    if (!(value instanceof List<?> list) || list.size() > itemsMax) {
      wrong(field, "must be a list of at most " + itemsMax + " objects");
      return children;
    }
    for (int i = 0; i < list.size(); i++) {
      DocumentFields child = child(field + "[" + i + "]", list.get(i));
      if (child != null) {
        children.add(child);
      }
    }
    return children;
  }

  private DocumentFields child(String name, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      wrong(name, "must be an object");
      return null;
    }
    Map<String, Object> named = new LinkedHashMap<>();
    map.forEach((key, item) -> named.put(String.valueOf(key), item));
    return new DocumentFields(named, path + name + ".", errors);
  }

  /** The names of the fields there are, in their order. */
  List<String> names() {
    known.addAll(document.keySet());
    return List.copyOf(document.keySet());
  }

  /** True or false; false when it is absent. */
  boolean flag(String field) {
    return Boolean.TRUE.equals(optionalFlag(field));
  }

  /** True or false; null when it is absent. */
  Boolean optionalFlag(String field) {
    known.add(field);
    Object value = document.get(field);
    if (value != null && !(value instanceof Boolean)) {
      wrong(field, "must be true or false");
      return null;
    }
    return (Boolean) value;
  }

  /** A whole number from 1 to {@code most}; 0 when it is absent. */
  long count(String field, long most) {
    known.add(field);
    Object value = document.get(field);
    if (value == null) {
      return 0;
    }
    boolean whole = value instanceof Integer || value instanceof Long;
    if (!whole || ((Number) value).longValue() < 1 || ((Number) value).longValue() > most) {
      wrong(field, "must be a whole number from 1 to " + most);
      return 0;
    }
    return ((Number) value).longValue();
  }

  /** A time in UTC, cut to milliseconds; null when it is absent. */
  Instant time(String field) {
    String value = optionalText(field);
    if (value == null) {
      return null;
    }
    try {
      Instant time = Instant.parse(value).truncatedTo(ChronoUnit.MILLIS);
      if (!value.endsWith("Z") || time.isAfter(LATEST) || time.isBefore(Instant.EPOCH)) {
        wrong(field, "must be in UTC, written with a Z at its end, from 1970 to 9999");
      }
      return time;
    } catch (DateTimeParseException e) {
      wrong(field, "must be an RFC 3339 time in UTC, as 2027-01-31T00:00:00Z");
      return null;
    }
  }

  /** A text; null when it is absent. */
  String optionalText(String field) {
    known.add(field);
    return document.get(field) == null ? null : text(field, null);
  }

  /** Different texts; none when it is absent. */
  List<String> optionalTexts(String field, int itemsMax) {
    known.add(field);
    return document.get(field) == null ? List.of() : texts(field, itemsMax);
  }

  /** Different texts; none when it is absent or empty. */
  List<String> anyTexts(String field, int itemsMax) {
    known.add(field);
    return document.get(field) instanceof List<?> list && list.isEmpty()
        ? List.of()
        : optionalTexts(field, itemsMax);
  }

  /** Texts by name, at most {@code itemsMax}; none when it is absent. */
  Map<String, String> textMap(String field, int itemsMax, int keyMax, int valueMax) {
    known.add(field);
    Object value = document.get(field);
    if (value == null) {
      return Map.of();
    }
    boolean right =
        value instanceof Map<?, ?> map
            && map.size() <= itemsMax
            && map.entrySet().stream()
                .allMatch(
                    entry ->
                        entry.getKey() instanceof String key
                            && entry.getValue() instanceof String text
                            && !key.isEmpty()
                            && key.length() <= keyMax
                            && text.length() <= valueMax);
    if (!right) {
      wrong(
          field,
          "must be an object of at most "
              + itemsMax
              + " texts of at most "
              + valueMax
              + " characters, their names of 1 to "
              + keyMax);
      return Map.of();
    }
    Map<String, String> texts = new TreeMap<>();
    ((Map<?, ?>) value).forEach((key, text) -> texts.put((String) key, (String) text));
    return texts;
  }

  /** A text that matches {@code pattern}; {@code what} completes "must be". */
  String matching(String field, String defaultValue, Pattern pattern, String what) {
    String value = text(field, defaultValue);
    if (value != null && !pattern.matcher(value).matches()) {
      wrong(field, "must be " + what);
    }
    return value;
  }

  /** Printable text of 1 to {@code charactersMax} characters that is not blank. */
  String printable(String field, int charactersMax) {
    String value = text(field, null);
    if (value == null) {
      return null;
    }
    boolean clean =
        value
            .codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    if (!clean || value.isBlank() || value.codePointCount(0, value.length()) > charactersMax) {
      wrong(
          field,
          "must be text of 1 to " + charactersMax + " characters without control characters");
    }
    return value;
  }

  /** One of the names that {@code byName} knows. */
  <T> T oneOf(String field, String defaultValue, List<String> names, Function<String, T> byName) {
    String value = text(field, defaultValue);
    if (value == null) {
      return null;
    }
    if (!names.contains(value)) {
      wrong(field, "must be one of " + String.join(", ", names));
      return null;
    }
    return byName.apply(value);
  }

  /** A time in UTC after {@code now}, cut to milliseconds. */
  Instant future(String field, Instant now) {
    String value = text(field, null);
    if (value == null) {
      return null;
    }
    try {
      Instant time = Instant.parse(value).truncatedTo(ChronoUnit.MILLIS);
      if (!value.endsWith("Z")) {
        wrong(field, "must be in UTC, written with a Z at its end");
      } else if (!time.isAfter(now) || time.isAfter(LATEST)) {
        wrong(field, "must be in the future, before the year 9999");
      }
      return time;
    } catch (DateTimeParseException e) {
      wrong(field, "must be an RFC 3339 time in UTC, as 2027-01-31T00:00:00Z");
      return null;
    }
  }

  /** The same as {@link #future}, or nothing when the field is absent. */
  Optional<Instant> optionalFuture(String field, Instant now) {
    known.add(field);
    return document.containsKey(field) ? Optional.ofNullable(future(field, now)) : Optional.empty();
  }

  /** True or false. */
  boolean flag(String field, boolean defaultValue) {
    known.add(field);
    Object value = document.containsKey(field) ? document.get(field) : defaultValue;
    if (value instanceof Boolean flag) {
      return flag;
    }
    wrong(field, "must be true or false");
    return defaultValue;
  }

  /** A whole number from {@code min} to {@code max}. */
  long number(String field, long defaultValue, long min, long max) {
    known.add(field);
    Object value = document.containsKey(field) ? document.get(field) : (Object) defaultValue;
    boolean whole = value instanceof Integer || value instanceof Long;
    if (!whole || ((Number) value).longValue() < min || ((Number) value).longValue() > max) {
      wrong(field, "must be a whole number from " + min + " to " + max);
      return defaultValue;
    }
    return ((Number) value).longValue();
  }

  /** 1 to {@code itemsMax} different texts of at most 256 characters each. */
  List<String> texts(String field, int itemsMax) {
    known.add(field);
    Object value = document.get(field);
    if (value == null) {
      wrong(field, MISSING);
      return List.of();
    }
    if (!(value instanceof List<?> list)
        || list.isEmpty()
        || list.size() > itemsMax
        || !list.stream().allMatch(item -> item instanceof String text && isShort(text))) {
      wrong(field, "must be a list of 1 to " + itemsMax + " texts");
      return List.of();
    }
    return list.stream().map(String.class::cast).distinct().toList();
  }

  private static boolean isShort(String text) {
    return !text.isEmpty() && text.length() <= 256;
  }

  /** Notes that {@code field} may be there. */
  void mayHave(String field) {
    known.add(field);
  }

  /** Takes over what is wrong with the fields of the object {@code field}. */
  void nested(String field, DocumentFields inner) {
    known.add(field);
    inner.endNested();
    inner.errors.forEach(error -> wrong(field + "." + error.field(), error.message()));
  }

  void wrong(String field, String message) {
    errors.add(new FieldError(path + field, message));
  }

  /**
   * Ends the reading: fields that nobody asked for are wrong too.
   *
   * @throws InvalidDocumentException when anything was wrong
   */
  void end() {
    endNested();
    requireRight();
  }

  /**
   * Refuses the document when anything was wrong.
   *
   * @throws InvalidDocumentException when anything was wrong
   */
  void requireRight() {
    if (!errors.isEmpty()) {
      throw new InvalidDocumentException(errors);
    }
  }

  /** Ends the reading of an object within another, whose {@link #end} tells what was wrong. */
  void endNested() {
    for (String field : new TreeSet<>(document.keySet())) {
      if (!known.contains(field)) {
        wrong(field, "is not a known field (there are " + String.join(", ", known) + ")");
      }
    }
  }

  private String text(String field, String defaultValue) {
    known.add(field);
    if (!document.containsKey(field) && defaultValue != null) {
      return defaultValue;
    }
    Object value = document.get(field);
    if (value == null) {
      wrong(field, MISSING);
      return null;
    }
    if (!(value instanceof String text)) {
      wrong(field, "must be a text");
      return null;
    }
    return text;
  }
}
