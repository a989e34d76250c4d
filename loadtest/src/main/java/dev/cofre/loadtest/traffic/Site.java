package dev.cofre.loadtest.traffic;

import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the target is and who the caller is there.
 *
 * @param url of its HTTP
 * @param frames of its frames
 * @param tokenFile null: no token is sent
 * @param caFile null: the JVM's trusted certificates
 * @param framesTls whether frames go by TLS
 */
public record Site(
    URI url, InetSocketAddress frames, Path tokenFile, Path caFile, boolean framesTls) {
  boolean isTls() {
    return "https".equals(url.getScheme());
  }

  /** Where its HTTP listens. */
  public InetSocketAddress http() {
    int port = url.getPort() >= 0 ? url.getPort() : isTls() ? 443 : 80;
    return new InetSocketAddress(url.getHost().replaceAll("[\\[\\]]", ""), port);
  }

  /** The bearer token; it must not be shown. */
  String token() throws IOException {
    return Files.readString(tokenFile).strip();
  }

  /** For the Java client, which takes plain HTTP on the loopback alone. */
  public Endpoint endpoint() {
    Endpoint endpoint = Endpoint.at(url);
    if (caFile != null) {
      endpoint = endpoint.withTrust(caFile);
    }
    return tokenFile == null ? endpoint : endpoint.withToken(TokenSource.file(tokenFile));
  }
}
