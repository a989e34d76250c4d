package dev.cofre.controlplane.server.sink;

import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.Setting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;

/**
 * How a sink proves to Kafka's brokers who it is, with a password, inside TLS (SASL). Immutable.
 *
 * @param mechanism SASL's name of it
 * @param passwordFile read whenever a producer is made
 */
record KafkaLogin(String mechanism, String user, Path passwordFile) {
  private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";
  private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";

  private static final Setting MECHANISM =
      Setting.withDefault(
          "saslMechanism",
          TEXT,
          "SCRAM-SHA-512",
          "how saslUser is proved: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN");
  private static final Setting USER =
      Setting.optional("saslUser", TEXT, "user of Kafka that the sink logs in as, over TLS");
  private static final Setting PASSWORD_FILE =
      Setting.optional("saslPasswordFile", PATH, "file of mode 0600 with its password");

  static final List<Setting> ALL = List.of(MECHANISM, USER, PASSWORD_FILE);

  /** Empty where no user is named. */
  static Optional<KafkaLogin> read(Configuration configuration, boolean plaintext) {
    Optional<String> user = configuration.find(USER);
    Optional<Path> file = configuration.findPath(PASSWORD_FILE);
    if (user.isPresent() != file.isPresent()) {
      throw configuration.refuse(
          user.isPresent() ? USER : PASSWORD_FILE,
          "needs the other: name saslUser and saslPasswordFile");
    }
    if (user.isEmpty()) {
      return Optional.empty();
    }
    if (plaintext) {
      throw configuration.refuse(USER, "is for brokers with TLS: take plaintext away");
    }
    KafkaLogin login =
        new KafkaLogin(
            SinkSettings.choice(
                configuration, MECHANISM, List.of("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")),
            user.get(),
            file.get());
    try {
      Arrays.fill(SinkSecret.read(login.passwordFile), (byte) 0);
    } catch (IOException e) {
      throw configuration.refuse(PASSWORD_FILE, e.getMessage());
    }
    return Optional.of(login);
  }

  /** Adds it to a client's {@code properties}. Kafka takes the password as text only. */
  void addTo(Map<String, Object> properties) throws IOException {
    byte[] password = SinkSecret.read(passwordFile);
    try {
      String module = mechanism.equals("PLAIN") ? PLAIN : SCRAM;
      properties.put(SaslConfigs.SASL_MECHANISM, mechanism);
      properties.put(
          SaslConfigs.SASL_JAAS_CONFIG,
          new Password(
              module
                  + " required username="
                  + quoted(user)
                  + " password="
                  + quoted(new String(password, StandardCharsets.UTF_8))
                  + ";"));
    } finally {
      Arrays.fill(password, (byte) 0);
    }
  }

  /** As JAAS reads a value: in quotes, with those in it escaped. */
  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
