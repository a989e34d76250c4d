package dev.cofre.controlplane.server.alert;

import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.AlertRules;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.engine.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The rules of alerts and where alerts go. Immutable.
 *
 * @param isOn whether anything is evaluated
 */
public record AlertSettings(boolean isOn, List<AlertRule> rules, List<ChannelSettings> channels) {
  /** No alerts. */
  public static final AlertSettings OFF = new AlertSettings(false, List.of(), List.of());

  private static final String SETTING = "alerts.directory";

  /**
   * Reads {@code directory}: the shipped rules, rules in {@code *.yaml}, channels in {@code
   * *.conf}; and runs the rules' tests.
   *
   * @throws ConfigException naming all that is wrong with file, line and field
   */
  public static AlertSettings read(Path directory) {
    try {
      FileErrors errors = new FileErrors();
      List<AlertRule> rules = AlertRules.readAll(directory, errors);
      if (!errors.isEmpty()) {
        throw new ConfigException(SETTING + ": " + String.join("\n", errors.lines()));
      }
      return new AlertSettings(true, rules, ChannelSettings.readAll(directory));
    } catch (IOException e) {
      throw new ConfigException(
          SETTING + ": the folder " + directory + " cannot be read; make it, or leave it away");
    }
  }
}
