package dev.cofre.controlplane.server.store;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Documents, lists and maps of text as columns. Stateless. */
final class JsonText {
  private JsonText() {}

  static String of(Map<String, ?> document) {
    JsonObject json = new JsonObject();
    document.forEach(json::put);
    return json.encode();
  }

  static Map<String, Object> document(String text) {
    return new JsonObject(text).getMap();
  }

  static String of(List<String> texts) {
    return new JsonArray(texts).encode();
  }

  static List<String> texts(String text) {
    return new JsonArray(text).stream().map(String.class::cast).toList();
  }

  static Map<String, String> textMap(String text) {
    Map<String, String> texts = new TreeMap<>();
    new JsonObject(text).forEach(entry -> texts.put(entry.getKey(), (String) entry.getValue()));
    return texts;
  }
}
