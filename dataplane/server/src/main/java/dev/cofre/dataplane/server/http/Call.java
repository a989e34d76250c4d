package dev.cofre.dataplane.server.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * What a path asks for.
 *
 * @param key the key that the path names, or null
 */
record Call(Kind kind, String key) {
  /** The calls of the data plane. */
  enum Kind {
    ENCRYPT("encrypt", true),
    DECRYPT("decrypt", true),
    REENCRYPT("reencrypt", true),
    GENERATE_DATA_KEY("data-key:generate", false),
    UNWRAP_DATA_KEY("data-key:unwrap", false),
    LIVE("live", false),
    READY("ready", false),
    METRICS("metrics", false),
    OPENAPI("openapi", false);

    private final String action;
    private final boolean raw;

    Kind(String action, boolean raw) {
      this.action = action;
      this.raw = raw;
    }
  }

  private static final String KEYS = "/v1/keys/";

  /** The call at {@code path}, or null. */
  static Call of(String path) {
    if (path == null) {
      return null;
    }
    return switch (path) {
      case "/v1/decrypt" -> new Call(Kind.DECRYPT, null);
      case "/v1/reencrypt" -> new Call(Kind.REENCRYPT, null);
      case "/v1/data-keys/unwrap" -> new Call(Kind.UNWRAP_DATA_KEY, null);
      case "/health/live" -> new Call(Kind.LIVE, null);
      case "/health/ready" -> new Call(Kind.READY, null);
      case "/metrics" -> new Call(Kind.METRICS, null);
      case "/openapi.yaml" -> new Call(Kind.OPENAPI, null);
      default -> ofKey(path);
    };
  }

  private static Call ofKey(String path) {
    int end = path.lastIndexOf('/');
    if (!path.startsWith(KEYS) || end <= KEYS.length()) {
      return null;
    }
    String key = path.substring(KEYS.length(), end);
    if (key.indexOf('/') >= 0) {
      return null;
    }
    Kind kind =
        switch (path.substring(end + 1)) {
          case "encrypt" -> Kind.ENCRYPT;
          case "data-keys" -> Kind.GENERATE_DATA_KEY;
          default -> null;
        };
    return kind == null ? null : new Call(kind, decode(key));
  }

  /** What is not well-formed percent-encoding names no key. */
  private static String decode(String key) {
    if (key.indexOf('%') < 0) {
      return key;
    }
    try {
      return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return key;
    }
  }

  /** The action's name in metrics and in the audit log. */
  String action() {
    return kind.action;
  }

  /** Whether it is about the node, not about keys. */
  boolean isProbe() {
    return kind == Kind.LIVE || kind == Kind.READY || kind == Kind.METRICS || kind == Kind.OPENAPI;
  }

  /** Whether its body may be of {@code body} kind. */
  boolean takes(BodyKind body) {
    return body == BodyKind.JSON
        || (body == BodyKind.RAW && kind.raw)
        || (body == BodyKind.FRAMES && (kind == Kind.ENCRYPT || kind == Kind.DECRYPT));
  }

  /** The content types that it takes, for a message. */
  String contentTypes() {
    return kind.raw ? "application/octet-stream or application/json" : "application/json";
  }
}
