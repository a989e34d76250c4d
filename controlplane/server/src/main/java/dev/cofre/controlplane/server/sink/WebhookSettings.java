package dev.cofre.controlplane.server.sink;

import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sink to a URL. Immutable.
 *
 * @param secretFile holds what batches are signed with
 */
public record WebhookSettings(URI url, Path secretFile, TlsFiles tls) implements TargetSettings {
  private static final Setting URL =
      Setting.required(
          "url",
          TEXT,
          "where batches are posted: https://HOST[:PORT]/PATH; http on a loopback address only");
  private static final Setting SECRET_FILE =
      Setting.required(
          "secretFile",
          PATH,
          "file of mode 0600 with the secret that batches are signed with: whsec_ and 24 to 64 bytes in base64");

  /** All of this kind. */
  public static final List<Setting> ALL = all();

  private static List<Setting> all() {
    List<Setting> all = new ArrayList<>(List.of(URL, SECRET_FILE));
    all.addAll(TlsFiles.ALL);
    return List.copyOf(all);
  }

  /**
   * Reads and checks them.
   *
   * @throws dev.cofre.engine.config.ConfigException naming what is wrong
   */
  public static WebhookSettings read(Configuration configuration) {
    URI url;
    try {
      url = URI.create(configuration.text(URL));
    } catch (IllegalArgumentException e) {
      throw configuration.refuse(URL, "must be a URL");
    }
    boolean mayBe =
        url.getHost() != null
            && ("https".equals(url.getScheme())
                || ("http".equals(url.getScheme()) && ListenerSettings.isLoopback(url.getHost())));
    if (!mayBe) {
      throw configuration.refuse(URL, "must begin with https:// and name a host");
    }
    if (url.getUserInfo() != null || url.getQuery() != null || url.getFragment() != null) {
      throw configuration.refuse(
          URL, "must have no user, query or fragment: no secret stands in it");
    }
    Path secret = configuration.path(SECRET_FILE);
    try {
      Arrays.fill(WebhookSignature.secret(secret), (byte) 0);
    } catch (IOException e) {
      throw configuration.refuse(SECRET_FILE, e.getMessage());
    }
    return new WebhookSettings(url, secret, TlsFiles.read(configuration));
  }

  @Override
  public SinkTarget open(String name, int timeoutMs) {
    return new WebhookTarget(this, name, timeoutMs);
  }
}
