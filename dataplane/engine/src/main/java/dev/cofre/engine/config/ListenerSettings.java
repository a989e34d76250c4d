package dev.cofre.engine.config;

import static dev.cofre.engine.config.Setting.Kind.FLAG;
import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a plane listens and with which certificate; the same settings for both planes.
 *
 * <p>Plain HTTP is for {@code ./cofre dev} alone: it is refused on any address but loopback.
 *
 * @param host the address
 * @param port the port
 * @param tls the PEM files, or absent for plain HTTP
 */
public record ListenerSettings(String host, int port, Optional<Tls> tls) {
  private static final Setting HOST =
      Setting.withDefault("http.host", TEXT, "0.0.0.0", "the address to listen on");
  private static final Setting PORT =
      Setting.required("http.port", NUMBER, "the port to listen on");
  private static final Setting CERTIFICATE =
      Setting.optional("tls.certificate", PATH, "PEM file with the server's certificate chain");
  private static final Setting KEY =
      Setting.optional(
          "tls.key", PATH, "PEM file with the server's private key (PKCS#8), mode 0600");
  private static final Setting CLIENT_CA =
      Setting.optional(
          "tls.clientCa",
          PATH,
          "PEM file with the CAs whose client certificates are accepted (mTLS)");
  private static final Setting SPIFFE_TRUST_DOMAIN =
      Setting.optional(
          "tls.spiffeTrustDomain",
          TEXT,
          "the SPIFFE trust domain that tls.clientCa vouches for; without it no SPIFFE id is accepted");
  private static final Setting PLAINTEXT =
      Setting.withDefault(
          "dev.plaintext",
          FLAG,
          "false",
          "plain HTTP in place of TLS, for development on a loopback address only");

  /** SPIFFE-ID §2.1. */
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");

  /** All of them. */
  public static final List<Setting> ALL =
      List.of(HOST, PORT, CERTIFICATE, KEY, CLIENT_CA, SPIFFE_TRUST_DOMAIN, PLAINTEXT);

  /**
   * PEM files of a TLS 1.3 listener.
   *
   * @param clientCa when present, client certificates of these CAs are asked for
   * @param trustDomain of the SPIFFE ids in them that are accepted; none when absent
   */
  public record Tls(
      Path certificate, Path key, Optional<Path> clientCa, Optional<String> trustDomain) {
    /** Accepts no SPIFFE ids. */
    public Tls(Path certificate, Path key, Optional<Path> clientCa) {
      this(certificate, key, clientCa, Optional.empty());
    }
  }

  /** The trust domain of the SPIFFE ids that are accepted. */
  public Optional<String> trustDomain() {
    return tls.flatMap(Tls::trustDomain);
  }

  /**
   * Reads and checks them.
   *
   * @throws ConfigException when neither TLS nor loopback plain HTTP is configured, or a file is
   *     missing
   */
  public static ListenerSettings read(Configuration configuration) {
    String host = configuration.text(HOST);
    long port = configuration.number(PORT);
    if (port > 65_535) {
      throw new ConfigException("http.port must be at most 65535");
    }
    if (configuration.flag(PLAINTEXT)) {
      if (!isLoopback(host)) {
        throw new ConfigException(
            "dev.plaintext = true is for loopback addresses only, not "
                + host
                + "; configure tls.certificate and tls.key");
      }
      return new ListenerSettings(host, (int) port, Optional.empty());
    }
    Optional<Path> certificate = configuration.findPath(CERTIFICATE);
    Optional<Path> key = configuration.findPath(KEY);
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new ConfigException(
          "tls.certificate and tls.key are missing: outside ./cofre dev every listener needs TLS");
    }
    Optional<Path> clientCa = configuration.findPath(CLIENT_CA);
    requirePem(certificate.get(), CERTIFICATE, "CERTIFICATE");
    requirePem(key.get(), KEY, "PRIVATE KEY");
    clientCa.ifPresent(path -> requirePem(path, CLIENT_CA, "CERTIFICATE"));
    return new ListenerSettings(
        host,
        (int) port,
        Optional.of(
            new Tls(
                certificate.get(),
                key.get(),
                clientCa,
                trustDomain(configuration, clientCa.isPresent()))));
  }

  private static Optional<String> trustDomain(Configuration configuration, boolean clientCa) {
    Optional<String> domain = configuration.find(SPIFFE_TRUST_DOMAIN);
    if (domain.isPresent() && !clientCa) {
      throw new ConfigException(
          SPIFFE_TRUST_DOMAIN.key() + " needs tls.clientCa: the ids stand in client certificates");
    }
    if (domain.filter(name -> !TRUST_DOMAIN.matcher(name).matches()).isPresent()) {
      throw new ConfigException(
          SPIFFE_TRUST_DOMAIN.key() + " is a name as example.org, without spiffe://");
    }
    return domain;
  }

  /**
   * Refuses a file that cannot be read or holds no PEM of {@code type}, naming its setting.
   *
   * @param type the end of the PEM label: {@code CERTIFICATE} or {@code PRIVATE KEY}
   */
  public static void requirePem(Path path, Setting setting, String type) {
    String text;
    try {
      text = Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new ConfigException(setting.key() + ": the file " + path + " cannot be read");
    }
    if (!text.contains(type + "-----")) {
      throw new ConfigException(
          setting.key() + ": the file " + path + " holds no PEM block of a " + type);
    }
  }

  /** Whether {@code host} means this machine and no other. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
