package dev.cofre.loadtest.traffic;

import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import dev.cofre.loadtest.workload.Caller;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
  /** How far above its HTTP the frames of a node listen. */
  public static final int FRAMES_OFFSET = 2;

  boolean isTls() {
    return "https".equals(url.getScheme());
  }

  /** Where its HTTP listens. */
  public InetSocketAddress http() {
    int port = url.getPort() >= 0 ? url.getPort() : isTls() ? 443 : 80;
    return new InetSocketAddress(url.getHost().replaceAll("[\\[\\]]", ""), port);
  }

  /** A node on this machine, its frames where they are without being told. */
  public static Site local(URI url, Path tokenFile) {
    InetSocketAddress frames = new InetSocketAddress(url.getHost(), url.getPort() + FRAMES_OFFSET);
    return new Site(url, frames, tokenFile, null, false);
  }

  /** The same for each of {@code callers}; just this one when there are none. */
  List<Site> of(List<Caller> callers) {
    return callers.isEmpty()
        ? List.of(this)
        : callers.stream()
            .map(caller -> new Site(url, frames, caller.tokenFile(), caFile, framesTls))
            .toList();
  }

  /** The bearer token; it must not be shown. */
  private String token() throws IOException {
    return Files.readString(tokenFile).strip();
  }

  /** The same, as it stands in a hello. */
  byte[] tokenBytes() throws IOException {
    return token().getBytes(StandardCharsets.UTF_8);
  }

  /** The same, as a field's value; null without one. */
  public String authorization() throws IOException {
    return tokenFile == null ? null : "Bearer " + token();
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
