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
    String type = header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    for (BodyKind kind : values()) {
      if (kind.contentType.equals(type)) {
        return kind;
      }
    }
    return OTHER;
  }
}
