package dev.cofre.cli.code;

import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The control plane, as the role that each kind of object needs. */
public interface Service {
  /**
   * What was answered.
   *
   * @param pending whether others must approve it first, which {@code document} then tells of
   */
  record Reply(boolean pending, JsonObject document) {}

  /**
   * Asks as who may change objects of {@code kind}, and waits for the answer.
   *
   * @param body null for none
   * @throws dev.cofre.client.CofreException when it was refused or did not come
   */
  Reply send(
      DocumentKind kind,
      HttpMethod method,
      String path,
      JsonObject body,
      Map<String, String> headers);

  /** The object at {@code path}. */
  default JsonObject get(DocumentKind kind, String path) {
    return send(kind, HttpMethod.GET, path, null, Map.of()).document();
  }

  /** The path of the object {@code name}. */
  static String path(DocumentKind kind, String name) {
    return kind.path() + "/" + escaped(name);
  }

  /** {@code text} as one part of a path or query. */
  static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
