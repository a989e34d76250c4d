package dev.cofre.controlplane.server.sink;

import static dev.cofre.engine.config.Setting.Kind.FLAG;
import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.util.ArrayList;
import java.util.List;

/**
 * A sink to a receiver of syslog over TLS. Immutable.
 *
 * @param confirm whether a batch counts as sent only when the receiver has closed behind it
 */
public record SyslogSettings(String host, int port, boolean confirm, TlsFiles tls)
    implements TargetSettings {
  private static final int PORT_MAX = 65_535;

  private static final Setting HOST =
      Setting.required("host", TEXT, "the receiver's name, which its certificate must have");
  private static final Setting PORT = Setting.withDefault("port", NUMBER, "6514", "its port");
  private static final Setting CONFIRM =
      Setting.withDefault(
          "confirm",
          FLAG,
          "true",
          "whether a batch counts as sent only when the receiver answered the connection's end behind it (RFC 5425 §4.4); false for receivers that never do");

  /** All of this kind. */
  public static final List<Setting> ALL = all();

  private static List<Setting> all() {
    List<Setting> all = new ArrayList<>(List.of(HOST, PORT, CONFIRM));
    all.addAll(TlsFiles.ALL);
    return List.copyOf(all);
  }

  /**
   * Reads and checks them.
   *
   * @throws dev.cofre.engine.config.ConfigException naming what is wrong
   */
  public static SyslogSettings read(Configuration configuration) {
    return new SyslogSettings(
        configuration.text(HOST),
        SinkSettings.number(configuration, PORT, 1, PORT_MAX),
        configuration.flag(CONFIRM),
        TlsFiles.read(configuration));
  }

  @Override
  public SinkTarget open(String name, int timeoutMs) {
    return new SyslogTarget(this, timeoutMs);
  }
}
