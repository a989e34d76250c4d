package dev.cofre.engine.config;

/**
 * One configuration key.
 *
 * @param key dotted name; a unit stands last (docs/OPERATIONS.md lists them all)
 * @param kind how its value is read
 * @param defaultValue used when the file does not name it; null: it must be named; empty: it may be
 *     absent
 * @param description one sentence for the docs
 */
public record Setting(String key, Kind kind, String defaultValue, String description) {
  /** How a value is read. */
  public enum Kind {
    /** Any text. */
    TEXT,
    /** A path; relative ones are relative to the configuration file's folder. */
    PATH,
    /** A whole number of at least zero. */
    NUMBER,
    /** {@code true} or {@code false}. */
    FLAG
  }

  /** A setting that the file must name. */
  public static Setting required(String key, Kind kind, String description) {
    return new Setting(key, kind, null, description);
  }

  /** A setting that may be absent. */
  public static Setting optional(String key, Kind kind, String description) {
    return new Setting(key, kind, "", description);
  }

  /** A setting with a default. */
  public static Setting withDefault(
      String key, Kind kind, String defaultValue, String description) {
    return new Setting(key, kind, defaultValue, description);
  }
}
