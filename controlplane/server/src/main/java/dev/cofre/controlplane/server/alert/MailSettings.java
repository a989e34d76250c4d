package dev.cofre.controlplane.server.alert;

import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.controlplane.server.sink.SinkSecret;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A channel to a mail server. Immutable.
 *
 * @param tls how the connection is protected
 * @param ca PEM file with whom to trust; without it, whom the JDK trusts
 * @param passwordFile with {@code user}: the file with its password
 */
record MailSettings(
    String host,
    int port,
    Tls tls,
    Optional<Path> ca,
    String from,
    List<String> to,
    Optional<String> user,
    Optional<Path> passwordFile) {
  private static final int PORT_MAX = 65_535;
  private static final int RECEIVERS_MAX = 50;
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}");

  private static final Setting HOST =
      Setting.required("host", TEXT, "the mail server's name, which its certificate must have");
  private static final Setting PORT = Setting.withDefault("port", NUMBER, "587", "its port");
  private static final Setting TLS =
      Setting.withDefault(
          "tls",
          TEXT,
          "starttls",
          "starttls, tls (from the first byte, port 465) or none (on a loopback address only)");
  private static final Setting CA =
      Setting.optional(
          "ca",
          PATH,
          "PEM file with the CAs of the mail server; without it, those that the JDK trusts");
  private static final Setting FROM =
      Setting.required("from", TEXT, "the sender's address, name@domain");
  private static final Setting TO =
      Setting.required("to", TEXT, "the receivers' addresses, with commas");
  private static final Setting USER =
      Setting.optional("user", TEXT, "user of the mail server that the channel logs in as");
  private static final Setting PASSWORD_FILE =
      Setting.optional("passwordFile", PATH, "file of mode 0600 with its password");

  static final List<Setting> ALL = List.of(HOST, PORT, TLS, CA, FROM, TO, USER, PASSWORD_FILE);

  /** How a connection is protected. */
  enum Tls {
    STARTTLS,
    TLS,
    NONE
  }

  static MailSettings read(Configuration configuration) {
    String host = configuration.text(HOST);
    Tls tls =
        switch (configuration.text(TLS)) {
          case "starttls" -> Tls.STARTTLS;
          case "tls" -> Tls.TLS;
          case "none" -> Tls.NONE;
          default -> throw configuration.refuse(TLS, "must be one of starttls, tls, none");
        };
    if (tls == Tls.NONE && !ListenerSettings.isLoopback(host)) {
      throw configuration.refuse(TLS, "must be starttls or tls: the host is no loopback address");
    }
    List<String> to = Arrays.stream(configuration.text(TO).split(",")).map(String::strip).toList();
    if (to.size() > RECEIVERS_MAX || !to.stream().allMatch(MailSettings::isAddress)) {
      throw configuration.refuse(
          TO, "must be 1 to " + RECEIVERS_MAX + " addresses, name@domain, with commas");
    }
    if (!isAddress(configuration.text(FROM))) {
      throw configuration.refuse(FROM, "must be an address, name@domain");
    }
    Optional<Path> ca = configuration.findPath(CA);
    if (ca.isPresent()) {
      ListenerSettings.requirePem(ca.get(), CA, "CERTIFICATE");
    }
    return new MailSettings(
        host,
        port(configuration),
        tls,
        ca,
        configuration.text(FROM),
        to,
        configuration.find(USER),
        password(configuration));
  }

  private static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches();
  }

  private static int port(Configuration configuration) {
    long port = configuration.number(PORT);
    if (port < 1 || port > PORT_MAX) {
      throw configuration.refuse(PORT, "must be from 1 to " + PORT_MAX);
    }
    return (int) port;
  }

  private static Optional<Path> password(Configuration configuration) {
    Optional<Path> file = configuration.findPath(PASSWORD_FILE);
    if (file.isPresent() != configuration.find(USER).isPresent()) {
      throw configuration.refuse(
          file.isPresent() ? PASSWORD_FILE : USER, "needs the other: name user and passwordFile");
    }
    if (file.isPresent()) {
      try {
        Arrays.fill(SinkSecret.read(file.get()), (byte) 0);
      } catch (IOException e) {
        throw configuration.refuse(PASSWORD_FILE, e.getMessage());
      }
    }
    return file;
  }
}
