package dev.cofre.documents.shape;

import java.util.List;
import java.util.regex.Pattern;

/** What a value may be. Immutable. */
public sealed interface Shape {
  /**
   * A text.
   *
   * @param pattern all of it; understood alike by Java and by JSON Schema
   * @param rule completes "must be"
   */
  record Text(Pattern pattern, int charactersMax, String rule) implements Shape {}

  /** One of some texts. */
  record OneOf(List<String> values) implements Shape {
    /** Takes a copy. */
    public OneOf {
      values = List.copyOf(values);
    }
  }

  /** A time in UTC as {@code 2030-01-01T00:00:00Z}. */
  record Time() implements Shape {
    /** As it is written. */
    public static final Pattern PATTERN =
        Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z");
  }

  /** A whole number. */
  record Whole(long min, long max) implements Shape {}

  /** True or false. */
  record Flag() implements Shape {}

  /** True, or nothing. */
  record True() implements Shape {}

  /**
   * Values in their order.
   *
   * @param distinct whether those without parts are all different
   */
  record Items(Shape item, int min, int max, boolean distinct) implements Shape {
    /** Those without parts are all different. */
    public Items(Shape item, int min, int max) {
      this(item, min, max, true);
    }
  }

  /** Values by names that match {@code name}. */
  record Named(Text name, Shape value, int max) implements Shape {}

  /** Fields. */
  record Fields(List<Field> fields, List<Rule> rules) implements Shape {
    /** Takes copies. */
    public Fields {
      fields = List.copyOf(fields);
      rules = List.copyOf(rules);
    }
  }

  /** A field of {@link Fields}. */
  record Field(String name, Shape shape, boolean required, String description) {}

  /** What holds between fields. */
  record Rule(Count count, List<String> fields) {
    /** Takes a copy. */
    public Rule {
      fields = List.copyOf(fields);
    }
  }

  /** How many of some fields there must be. */
  enum Count {
    /** One and no more. */
    EXACTLY_ONE,
    /** One or more. */
    AT_LEAST_ONE,
    /** All of them or none. */
    ALL_OR_NONE
  }
}
