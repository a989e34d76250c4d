package dev.cofre.client.frames;

import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.util.Locale;

/**
 * Where a node listens for frames: {@code tls://host:port}, {@code unix:/path}, or {@code
 * tcp://host:port} on this machine's loopback alone, as a token must not cross a network in the
 * clear. Immutable.
 */
record NodeAddress(String text, SocketAddress socket, boolean tls) {
  static NodeAddress parse(String text) {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw wrong();
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (scheme.equals("unix")) {
      return unix(uri);
    }
    boolean bare =
        uri.getHost() != null
            && uri.getPort() > 0
            && uri.getRawUserInfo() == null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && (uri.getRawPath() == null || uri.getRawPath().matches("/?"));
    if (!bare || !(scheme.equals("tcp") || scheme.equals("tls"))) {
      throw wrong();
    }
    String host = uri.getHost().replaceAll("[\\[\\]]", "");
    if (scheme.equals("tcp") && !isLoopback(host)) {
      throw new IllegalArgumentException(
          "plain tcp is for this machine's loopback only, as a token must not cross a network in"
              + " the clear: use tls for "
              + host);
    }
    return new NodeAddress(
        scheme + "://" + uri.getHost() + ":" + uri.getPort(),
        SocketAddress.inetSocketAddress(uri.getPort(), host),
        scheme.equals("tls"));
  }

  private static NodeAddress unix(URI uri) {
    String path = uri.getPath();
    if (path == null || !path.startsWith("/") || path.length() < 2 || uri.getHost() != null) {
      throw wrong();
    }
    return new NodeAddress("unix:" + path, SocketAddress.domainSocketAddress(path), false);
  }

  private static IllegalArgumentException wrong() {
    return new IllegalArgumentException(
        "a node's address must be like tls://host:port, unix:/path, or tcp://127.0.0.1:port");
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("::1")
        || host.matches("127(\\.\\d{1,3}){3}");
  }

  @Override
  public String toString() {
    return text;
  }
}
