package dev.cofre.engine.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The values of one plane's configuration file: lines of {@code key = value}, {@code #} begins a
 * comment line.
 *
 * <p>Immutable. Secrets do not stand in it: it names the files that hold them.
 */
public final class Configuration {
  private final Path file;
  private final Map<String, Setting> settings;
  private final Map<String, String> values;
  private final Map<String, Integer> lineNumbers;

  private Configuration(
      Path file,
      Map<String, Setting> settings,
      Map<String, String> values,
      Map<String, Integer> lineNumbers) {
    this.file = file;
    this.settings = settings;
    this.values = values;
    this.lineNumbers = lineNumbers;
  }

  /**
   * Reads {@code file}.
   *
   * @throws ConfigException naming all that is wrong
   */
  public static Configuration read(Path file, List<Setting> settings) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new ConfigException(
          "the configuration file " + file + " cannot be read; name one with --config");
    }
    Map<String, Setting> byKey =
        settings.stream().collect(Collectors.toMap(Setting::key, Function.identity()));
    List<String> problems = new ArrayList<>();
    Map<String, String> values = new HashMap<>();
    Map<String, Integer> lineNumbers = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      readLine(lines.get(i).strip(), i + 1, byKey, values, problems);
      for (String key : values.keySet()) {
        lineNumbers.putIfAbsent(key, i + 1);
      }
    }
    for (Setting setting : settings) {
      if (setting.defaultValue() == null && !values.containsKey(setting.key())) {
        problems.add(setting.key() + " is missing: " + setting.description());
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(file.toString(), problems);
    }
    return new Configuration(file.toAbsolutePath(), byKey, values, lineNumbers);
  }

  private static void readLine(
      String line,
      int number,
      Map<String, Setting> settings,
      Map<String, String> values,
      List<String> problems) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    int equals = line.indexOf('=');
    if (equals < 0) {
      problems.add("line " + number + " is not of the form key = value");
      return;
    }
    String key = line.substring(0, equals).strip();
    String value = line.substring(equals + 1).strip();
    Setting setting = settings.get(key);
    if (setting == null) {
      problems.add("line " + number + ": there is no setting " + key + nearest(key, settings));
    } else if (values.put(key, value) != null) {
      problems.add("line " + number + ": " + key + " is set twice");
    } else {
      checkKind(setting, value, number, problems);
    }
  }

  private static void checkKind(Setting setting, String value, int number, List<String> problems) {
    boolean right =
        switch (setting.kind()) {
          case TEXT, PATH -> !value.isEmpty() || "".equals(setting.defaultValue());
          case NUMBER -> value.matches("[0-9]{1,18}");
          case FLAG -> value.equals("true") || value.equals("false");
        };
    if (!right) {
      problems.add(
          "line "
              + number
              + ": "
              + setting.key()
              + " must be a "
              + setting.kind().name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  /** The settings of the same group, for whoever mistyped. */
  private static String nearest(String key, Map<String, Setting> settings) {
    String group = key.contains(".") ? key.substring(0, key.indexOf('.') + 1) : key;
    TreeSet<String> candidates = new TreeSet<>();
    settings.keySet().stream()
        .filter(candidate -> candidate.startsWith(group))
        .forEach(candidates::add);
    return candidates.isEmpty() ? "" : " (there are " + String.join(", ", candidates) + ")";
  }

  /** The file that was read. */
  public Path file() {
    return file;
  }

  /** Says {@code why} the value of {@code setting} cannot be used, and where it stands. */
  public ConfigException refuse(Setting setting, String why) {
    Integer line = lineNumbers.get(setting.key());
    String where = line == null ? "" : "line " + line + ": ";
    return new ConfigException(file + ": " + where + setting.key() + " " + why);
  }

  /** The value of {@code setting}, which is set or has a default. */
  public String text(Setting setting) {
    return find(setting)
        .orElseThrow(
            () ->
                new ConfigException(
                    file + ": " + setting.key() + " is missing: " + setting.description()));
  }

  /** The value of {@code setting}, if it is set or has a default. */
  public Optional<String> find(Setting setting) {
    if (!settings.containsKey(setting.key())) {
      throw new IllegalArgumentException(setting.key() + " is not among the declared settings");
    }
    String value = values.getOrDefault(setting.key(), setting.defaultValue());
    return Optional.ofNullable(value).filter(text -> !text.isEmpty());
  }

  /** The path that {@code setting} names. */
  public Path path(Setting setting) {
    return file.getParent().resolve(text(setting)).normalize();
  }

  /** The path that {@code setting} names, if it does. */
  public Optional<Path> findPath(Setting setting) {
    return find(setting).map(text -> file.getParent().resolve(text).normalize());
  }

  /** The number that {@code setting} holds. */
  public long number(Setting setting) {
    return Long.parseLong(text(setting));
  }

  /** The flag that {@code setting} holds. */
  public boolean flag(Setting setting) {
    return Boolean.parseBoolean(text(setting));
  }
}
