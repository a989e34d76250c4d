package dev.cofre.dataplane.server.follow;

import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The way to the control plane: mTLS with PEM files, or in development plain HTTP on loopback with
 * a token.
 *
 * @param token in development, the node's bearer token; else absent
 */
public record ControlLink(HttpClientOptions options, Optional<String> token) {
  private static final System.Logger LOG = System.getLogger(ControlLink.class.getName());
  private static final Setting URL =
      Setting.required(
          "control.url", TEXT, "the control plane's URL, https:// outside ./cofre dev");
  private static final Setting CA =
      Setting.optional(
          "control.ca", PATH, "PEM file with the CA of the control plane's certificate");
  private static final Setting CERTIFICATE =
      Setting.optional(
          "control.certificate",
          PATH,
          "PEM file with this node's client certificate for the control plane");
  private static final Setting KEY =
      Setting.optional(
          "control.key", PATH, "PEM file with the private key of control.certificate, mode 0600");
  private static final Setting TOKEN_FILE =
      Setting.optional(
          "control.tokenFile", PATH, "file with this node's token; with dev.plaintext = true only");

  /** The settings of the link. */
  public static final List<Setting> SETTINGS = List.of(URL, CA, CERTIFICATE, KEY, TOKEN_FILE);

  /**
   * Reads the link's settings.
   *
   * @param plaintextAllowed whether this node itself runs in development mode
   * @throws ConfigException when the link would not be protected, or a file is missing
   */
  public static ControlLink read(Configuration configuration, boolean plaintextAllowed) {
    URI url = url(configuration.text(URL));
    HttpClientOptions options =
        new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort());
    if ("https".equals(url.getScheme())) {
      options
          .setSsl(true)
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
          .setTrustOptions(new PemTrustOptions().addCertPath(pem(configuration, CA, "CERTIFICATE")))
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .addCertPath(pem(configuration, CERTIFICATE, "CERTIFICATE"))
                  .addKeyPath(pem(configuration, KEY, "PRIVATE KEY")));
      return new ControlLink(options, Optional.empty());
    }
    boolean plaintext =
        "http".equals(url.getScheme()) && ListenerSettings.isLoopback(url.getHost());
    if (!plaintextAllowed || !plaintext) {
      throw new ConfigException(
          URL.key()
              + " must be https:// (http:// is for a loopback address with dev.plaintext = true only): snapshots carry wrapped key material, so the planes speak mTLS (control.ca, control.certificate, control.key)");
    }
    return new ControlLink(options, Optional.of(token(path(configuration, TOKEN_FILE))));
  }

  /** A request over this link, of which each part takes at most {@code timeoutMs}. */
  RequestOptions request(HttpMethod method, String uri, long timeoutMs) {
    RequestOptions request =
        new RequestOptions()
            .setMethod(method)
            .setURI(uri)
            .setTimeout(timeoutMs)
            .setIdleTimeout(timeoutMs);
    token.ifPresent(known -> request.putHeader("Authorization", "Bearer " + known));
    return request;
  }

  private static URI url(String text) {
    try {
      URI url = new URI(text);
      if (url.getHost() != null && url.getPort() >= 0) {
        return url;
      }
    } catch (URISyntaxException e) {
      LOG.log(Level.DEBUG, "the URL is malformed", e);
    }
    throw new ConfigException(URL.key() + " must be of the form https://host:port");
  }

  private static String pem(Configuration configuration, Setting setting, String type) {
    Path path = path(configuration, setting);
    ListenerSettings.requirePem(path, setting, type);
    return path.toString();
  }

  private static Path path(Configuration configuration, Setting setting) {
    return configuration
        .findPath(setting)
        .orElseThrow(
            () -> new ConfigException(setting.key() + " is missing: " + setting.description()));
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ConfigException(TOKEN_FILE.key() + ": the file " + file + " cannot be read");
    }
  }

  @Override
  public String toString() {
    return "ControlLink[" + options.getDefaultHost() + ":" + options.getDefaultPort() + "]";
  }
}
