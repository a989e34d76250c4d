package dev.cofre.controlplane.server.sink;

import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One sink, as its file {@code NAME.conf} in {@code sinks.directory} says. Immutable.
 *
 * @param name the file's, without its ending: it names the cursor too
 * @param format how events are written
 * @param fromBeginning whether a new sink gets all that is archived, or only what comes
 * @param batchEvents how many events are sent at once, at most
 * @param timeoutMs how long one attempt may take
 * @param target where they go
 */
public record SinkSettings(
    String name,
    EventFormat format,
    boolean fromBeginning,
    int batchEvents,
    int timeoutMs,
    TargetSettings target) {
  private static final Setting KIND = Setting.required("kind", TEXT, "what it is: " + Kind.names());
  private static final Setting FORMAT =
      Setting.withDefault("format", TEXT, "cofre", "how events are written: cofre or ocsf");
  private static final Setting START =
      Setting.withDefault(
          "start",
          TEXT,
          "beginning",
          "what a new sink gets: beginning (all that is archived) or end (what comes)");
  private static final Setting BATCH_EVENTS =
      Setting.withDefault(
          "batchEvents", NUMBER, "500", "how many events are sent at once at most, 1 to 1000");
  private static final Setting TIMEOUT_MS =
      Setting.withDefault(
          "timeoutMs",
          NUMBER,
          "10000",
          "how long one attempt may take, 100 to 300000 milliseconds");

  private static final String ENDING = ".conf";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final int SINKS_MAX = 16;
  private static final int BATCH_EVENTS_MAX = 1_000;
  private static final int TIMEOUT_MS_MIN = 100;
  private static final int TIMEOUT_MS_MAX = 300_000;

  /** What a sink may be. */
  private enum Kind {
    KAFKA,
    FILE,
    WEBHOOK,
    SYSLOG;

    List<Setting> settings() {
      return switch (this) {
        case KAFKA -> KafkaSettings.ALL;
        case FILE -> FileSettings.ALL;
        case WEBHOOK -> WebhookSettings.ALL;
        case SYSLOG -> SyslogSettings.ALL;
      };
    }

    TargetSettings read(Configuration configuration) {
      return switch (this) {
        case KAFKA -> KafkaSettings.read(configuration);
        case FILE -> FileSettings.read(configuration);
        case WEBHOOK -> WebhookSettings.read(configuration);
        case SYSLOG -> SyslogSettings.read(configuration);
      };
    }

    static String names() {
      return Arrays.stream(values())
          .map(kind -> kind.name().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", "));
    }
  }

  /** The settings of each kind of sink, by its name, for the docs. */
  public static List<Setting> settings(String kind) {
    List<Setting> all = new ArrayList<>(List.of(KIND, FORMAT, START, BATCH_EVENTS, TIMEOUT_MS));
    all.addAll(Kind.valueOf(kind.toUpperCase(Locale.ROOT)).settings());
    return all;
  }

  /**
   * Reads all sinks of {@code directory}: its files that end with {@code .conf}.
   *
   * @throws ConfigException naming file, line, setting and what it may be
   */
  public static List<SinkSettings> readAll(Path directory) {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
    } catch (IOException e) {
      throw new ConfigException(
          "sinks.directory: the folder "
              + directory
              + " cannot be read; make it, or leave it away");
    }
    if (files.size() > SINKS_MAX) {
      throw new ConfigException(
          "sinks.directory: " + directory + " has more than " + SINKS_MAX + " sinks");
    }
    return files.stream().map(SinkSettings::read).toList();
  }

  private static SinkSettings read(Path file) {
    String fileName = file.getFileName().toString();
    String name = fileName.substring(0, fileName.length() - ENDING.length());
    if (!NAME.matcher(name).matches()) {
      throw new ConfigException(
          file + ": a sink's name is 1 to 32 of a-z, 0-9 and -, before " + ENDING);
    }
    Kind kind = kind(file);
    Configuration configuration = Configuration.read(file, settings(kind.name()));
    return new SinkSettings(
        name,
        choice(configuration, FORMAT, List.of("cofre", "ocsf")).equals("ocsf")
            ? EventFormat.OCSF
            : EventFormat.COFRE,
        choice(configuration, START, List.of("beginning", "end")).equals("beginning"),
        number(configuration, BATCH_EVENTS, 1, BATCH_EVENTS_MAX),
        number(configuration, TIMEOUT_MS, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX),
        kind.read(configuration));
  }

  /** Looked for first: the kind decides which settings there are. */
  private static Kind kind(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be read");
    }
    for (int i = 0; i < lines.size(); i++) {
      String[] parts = lines.get(i).split("=", 2);
      if (parts.length == 2 && parts[0].strip().equals(KIND.key())) {
        String value = parts[1].strip();
        for (Kind kind : Kind.values()) {
          if (kind.name().equalsIgnoreCase(value)) {
            return kind;
          }
        }
        throw new ConfigException(
            file + ": line " + (i + 1) + ": kind must be one of " + Kind.names());
      }
    }
    throw new ConfigException(file + ": kind is missing: one of " + Kind.names());
  }

  static String choice(Configuration configuration, Setting setting, List<String> allowed) {
    String value = configuration.text(setting);
    if (!allowed.contains(value)) {
      throw configuration.refuse(setting, "must be one of " + String.join(", ", allowed));
    }
    return value;
  }

  static int number(Configuration configuration, Setting setting, int least, int most) {
    long value = configuration.number(setting);
    if (value < least || value > most) {
      throw configuration.refuse(setting, "must be from " + least + " to " + most);
    }
    return (int) value;
  }
}
