package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Values by name, without those that were not given: parameters of a query, or a document. */
final class Named {
  private final Map<String, String> values = new LinkedHashMap<>();

  /** Adds {@code value} unless it is null. */
  Named with(String name, String value) {
    if (value != null) {
      values.put(name, value);
    }
    return this;
  }

  /** As a part of a query; empty when there are none. */
  String query() {
    return values.entrySet().stream()
        .map(value -> value.getKey() + "=" + ControlPlane.escaped(value.getValue()))
        .collect(Collectors.joining("&"));
  }

  /** As fields of a document. */
  JsonObject document() {
    return new JsonObject(new LinkedHashMap<>(values));
  }
}
