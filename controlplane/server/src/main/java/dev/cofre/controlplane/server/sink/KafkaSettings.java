package dev.cofre.controlplane.server.sink;

import static dev.cofre.engine.config.Setting.Kind.FLAG;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sink into a topic of Kafka. Immutable.
 *
 * @param servers the brokers to begin with, {@code HOST:PORT} with commas
 * @param compression {@code none} or {@code gzip}
 * @param plaintext whether without TLS
 * @param login who the sink is, where a certificate does not say so
 */
record KafkaSettings(
    String servers,
    String topic,
    String compression,
    boolean plaintext,
    TlsFiles tls,
    Optional<KafkaLogin> login)
    implements TargetSettings {
  private static final Setting SERVERS =
      Setting.required("bootstrapServers", TEXT, "brokers to begin with, HOST:PORT with commas");
  private static final Setting TOPIC =
      Setting.required("topic", TEXT, "the topic, which must be there");
  private static final Setting COMPRESSION =
      Setting.withDefault("compression", TEXT, "none", "none or gzip");
  private static final Setting PLAINTEXT =
      Setting.withDefault(
          "plaintext", FLAG, "false", "without TLS, for brokers on a loopback address only");

  static final List<Setting> ALL = all();

  private static final Pattern SERVER =
      Pattern.compile("(\\[[0-9a-fA-F:]+\\]|[^:\\s]+):[0-9]{1,5}");
  private static final Pattern TOPIC_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

  private static List<Setting> all() {
    List<Setting> all = new ArrayList<>(List.of(SERVERS, TOPIC, COMPRESSION, PLAINTEXT));
    all.addAll(TlsFiles.ALL);
    all.addAll(KafkaLogin.ALL);
    return List.copyOf(all);
  }

  static KafkaSettings read(Configuration configuration) {
    String servers = configuration.text(SERVERS);
    boolean plaintext = configuration.flag(PLAINTEXT);
    for (String server : servers.split(",")) {
      Matcher parts = SERVER.matcher(server.strip());
      if (!parts.matches()) {
        throw configuration.refuse(SERVERS, "must be HOST:PORT, several with commas");
      }
      if (plaintext && !ListenerSettings.isLoopback(parts.group(1))) {
        throw configuration.refuse(PLAINTEXT, "is for loopback addresses only: use TLS");
      }
    }
    if (!TOPIC_NAME.matcher(configuration.text(TOPIC)).matches()) {
      throw configuration.refuse(TOPIC, "must be 1 to 249 letters, digits, '.', '_' and '-'");
    }
    return new KafkaSettings(
        servers,
        configuration.text(TOPIC),
        SinkSettings.choice(configuration, COMPRESSION, List.of("none", "gzip")),
        plaintext,
        TlsFiles.read(configuration),
        KafkaLogin.read(configuration, plaintext));
  }

  /** Kafka's name of how a connection is protected. */
  String protocol() {
    if (plaintext) {
      return "PLAINTEXT";
    }
    return login.isPresent() ? "SASL_SSL" : "SSL";
  }

  @Override
  public SinkTarget open(String name, int timeoutMs) {
    return new KafkaTarget(this, timeoutMs);
  }
}
