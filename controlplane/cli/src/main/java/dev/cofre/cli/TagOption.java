package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The tags of a key, which policies can select it by. */
final class TagOption {
  @Option(
      names = "--tag",
      split = ",",
      paramLabel = "NAME=VALUE",
      description = "A tag, which policies can select the key by; may be repeated.")
  private Map<String, String> tags = new LinkedHashMap<>();

  boolean isEmpty() {
    return tags.isEmpty();
  }

  JsonObject document() {
    JsonObject document = new JsonObject();
    tags.forEach(document::put);
    return document;
  }
}
