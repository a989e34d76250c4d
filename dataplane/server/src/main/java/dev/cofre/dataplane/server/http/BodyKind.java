package dev.cofre.dataplane.server.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;

/** The forms in which a body may come. */
enum BodyKind {
  RAW("application/octet-stream"),
  JSON("application/json"),
  FRAMES("application/vnd.cofre.frames"),
  OTHER("");

  private static final BodyKind[] BY_TYPE = {RAW, JSON, FRAMES};

  private final String contentType;

  BodyKind(String contentType) {
    this.contentType = contentType;
  }

  String contentType() {
    return contentType;
  }

  /** The kind that the header {@code Content-Type} names; parameters are ignored. */
  static BodyKind of(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.CONTENT_TYPE);
    for (BodyKind kind : BY_TYPE) {
      if (kind.contentType.equals(header)) {
        return kind;
      }
    }
    return header == null ? OTHER : ofParameterized(header);
  }

  private static BodyKind ofParameterized(String header) {
    String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    for (BodyKind kind : BY_TYPE) {
      if (kind.contentType.equals(type)) {
        return kind;
      }
    }
    return OTHER;
  }
}
