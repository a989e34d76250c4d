package dev.cofre.controlplane.server.alert;

import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.controlplane.server.sink.SyslogSettings;
import dev.cofre.controlplane.server.sink.WebhookSettings;
import dev.cofre.documents.alert.AlertRule.Severity;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One way that alerts go, as its file {@code NAME.conf} in {@code alerts.directory} says.
 * Immutable.
 *
 * @param name the file's, without its ending
 * @param kind what it is
 * @param least less severe alerts do not go there
 * @param timeoutMs how long one attempt may take
 * @param open makes what sends, for the node of that name
 */
public record ChannelSettings(
    String name, Kind kind, Severity least, int timeoutMs, Function<String, AlertChannel> open) {
  private static final Setting KIND =
      Setting.required("kind", TEXT, "what it is: webhook, smtp or syslog");
  private static final Setting SEVERITY =
      Setting.withDefault(
          "severity",
          TEXT,
          "info",
          "the least severity that goes there: info, warning or critical");
  private static final Setting TIMEOUT_MS =
      Setting.withDefault(
          "timeoutMs", NUMBER, "10000", "how long one attempt may take, 100 to 60000 milliseconds");

  private static final String ENDING = ".conf";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final int CHANNELS_MAX = 16;
  private static final int TIMEOUT_MS_MIN = 100;
  private static final int TIMEOUT_MS_MAX = 60_000;

  /** What a channel may be. */
  public enum Kind {
    /** A signed POST. */
    WEBHOOK,
    /** A mail. */
    SMTP,
    /** A syslog message. */
    SYSLOG;

    /** As it stands in settings. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The settings of each kind of channel, by its name, for the docs. */
  public static List<Setting> settings(String kind) {
    List<Setting> all = new ArrayList<>(List.of(KIND, SEVERITY, TIMEOUT_MS));
    all.addAll(
        switch (Kind.valueOf(kind.toUpperCase(Locale.ROOT))) {
          case WEBHOOK -> WebhookSettings.ALL;
          case SMTP -> MailSettings.ALL;
          case SYSLOG -> SyslogSettings.ALL;
        });
    return all;
  }

  /**
   * Reads all channels of {@code directory}: its files that end with {@code .conf}.
   *
   * @throws ConfigException naming file, line, setting and what it may be
   * @throws IOException when the folder cannot be read
   */
  static List<ChannelSettings> readAll(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
    }
    if (files.size() > CHANNELS_MAX) {
      throw new ConfigException(
          "alerts.directory: " + directory + " has more than " + CHANNELS_MAX + " channels");
    }
    return files.stream().map(ChannelSettings::read).toList();
  }

  private static ChannelSettings read(Path file) {
    String fileName = file.getFileName().toString();
    String name = fileName.substring(0, fileName.length() - ENDING.length());
    if (!NAME.matcher(name).matches()) {
      throw new ConfigException(
          file + ": a channel's name is 1 to 32 of a-z, 0-9 and -, before " + ENDING);
    }
    Kind kind = kind(file);
    Configuration configuration = Configuration.read(file, settings(kind.name()));
    long timeoutMs = configuration.number(TIMEOUT_MS);
    if (timeoutMs < TIMEOUT_MS_MIN || timeoutMs > TIMEOUT_MS_MAX) {
      throw configuration.refuse(
          TIMEOUT_MS, "must be from " + TIMEOUT_MS_MIN + " to " + TIMEOUT_MS_MAX);
    }
    if (!List.of("info", "warning", "critical").contains(configuration.text(SEVERITY))) {
      throw configuration.refuse(SEVERITY, "must be one of info, warning, critical");
    }
    int limitMs = (int) timeoutMs;
    return new ChannelSettings(
        name,
        kind,
        Severity.parse(configuration.text(SEVERITY)),
        limitMs,
        switch (kind) {
          case WEBHOOK -> {
            WebhookSettings webhook = WebhookSettings.read(configuration);
            yield node -> new WebhookChannel(webhook, limitMs);
          }
          case SMTP -> {
            MailSettings mail = MailSettings.read(configuration);
            yield node -> new MailChannel(mail, limitMs);
          }
          case SYSLOG -> {
            SyslogSettings syslog = SyslogSettings.read(configuration);
            yield node -> new SyslogChannel(syslog, limitMs, node);
          }
        });
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
        for (Kind kind : Kind.values()) {
          if (kind.text().equals(parts[1].strip())) {
            return kind;
          }
        }
        throw new ConfigException(
            file + ": line " + (i + 1) + ": kind must be one of webhook, smtp, syslog");
      }
    }
    throw new ConfigException(file + ": kind is missing: one of webhook, smtp, syslog");
  }
}
