package dev.cofre.controlplane.server.sink;

import static dev.cofre.engine.config.Setting.Kind.PATH;

import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * PEM files of a TLS client. Immutable.
 *
 * @param ca whom to trust; without it, whom the JDK trusts
 * @param certificate what the client shows, with its chain
 * @param key its private key, PKCS#8
 */
public record TlsFiles(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
  private static final Setting CA =
      Setting.optional(
          "ca",
          PATH,
          "PEM file with the CAs of the receiver; without it, those that the JDK trusts");
  private static final Setting CERTIFICATE =
      Setting.optional("certificate", PATH, "PEM file with the client certificate (mTLS)");
  private static final Setting KEY =
      Setting.optional("key", PATH, "PEM file with its private key (PKCS#8), mode 0600");

  /** All of them. */
  public static final List<Setting> ALL = List.of(CA, CERTIFICATE, KEY);

  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /**
   * Reads and checks them.
   *
   * @throws ConfigException naming what is wrong
   */
  public static TlsFiles read(Configuration configuration) {
    TlsFiles files =
        new TlsFiles(
            configuration.findPath(CA),
            configuration.findPath(CERTIFICATE),
            configuration.findPath(KEY));
    if (files.certificate.isPresent() != files.key.isPresent()) {
      throw configuration.refuse(
          files.key.isPresent() ? KEY : CERTIFICATE, "needs the other: name certificate and key");
    }
    files.ca.ifPresent(file -> requirePem(configuration, CA, file, "CERTIFICATE"));
    files.certificate.ifPresent(
        file -> requirePem(configuration, CERTIFICATE, file, "CERTIFICATE"));
    files.key.ifPresent(file -> requirePem(configuration, KEY, file, "PRIVATE KEY"));
    try {
      files.context();
    } catch (IOException e) {
      throw new ConfigException(configuration.file() + ": " + e.getMessage());
    }
    return files;
  }

  private static void requirePem(
      Configuration configuration, Setting setting, Path file, String type) {
    try {
      ListenerSettings.requirePem(file, setting, type);
    } catch (ConfigException e) {
      throw configuration.refuse(setting, "must name a PEM file: " + e.getMessage());
    }
  }

  boolean isEmpty() {
    return ca.isEmpty() && certificate.isEmpty() && key.isEmpty();
  }

  /**
   * TLS by the files as they are now: renewed ones are taken at the next connection.
   *
   * @throws IOException when they cannot be read or used
   */
  public SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          key.isEmpty() ? null : keys().getKeyManagers(),
          ca.isEmpty() ? null : trust().getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the PEM files of TLS cannot be used: " + e.getMessage(), e);
    }
  }

  private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
    KeyStore trusted = empty();
    int number = 0;
    for (Certificate one : certificates(ca.orElseThrow())) {
      trusted.setCertificateEntry("ca-" + number++, one);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    return trust;
  }

  private KeyManagerFactory keys() throws GeneralSecurityException, IOException {
    KeyStore own = empty();
    own.setKeyEntry(
        "own",
        privateKey(key.orElseThrow()),
        new char[0],
        certificates(certificate.orElseThrow()).toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, new char[0]);
    return keys;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
  }

  private static PrivateKey privateKey(Path file) throws GeneralSecurityException, IOException {
    Matcher pem = PRIVATE_KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      throw new GeneralSecurityException("no private key in PKCS#8 in " + file);
    }
    byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
    try {
      for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (java.security.spec.InvalidKeySpecException e) {
          System.getLogger(TlsFiles.class.getName())
              .log(System.Logger.Level.DEBUG, "it is no key of {0}", algorithm);
        }
      }
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
    throw new GeneralSecurityException("the private key in " + file + " is of no known kind");
  }
}
