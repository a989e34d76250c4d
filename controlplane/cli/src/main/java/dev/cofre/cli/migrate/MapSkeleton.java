package dev.cofre.cli.migrate;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

/** The beginning of a map: what is there, and places for what must be said. Stateless. */
public final class MapSkeleton {
  private static final String EMPTY = "\"\"";

  private MapSkeleton() {}

  /** The map of {@code sources} as YAML, with what {@code options} say; no value is in it. */
  public static String of(Sources sources, JsonObject options, String prefix) {
    StringBuilder yaml =
        new StringBuilder(
            "# Fill in what is empty, then give this with --map. What stands at one secret comes"
                + " before the defaults.\ndefaults:\n");
    field(yaml, options, "environment", "dev, staging or prod");
    field(yaml, options, "dataClass", "public, internal, confidential or restricted");
    field(yaml, options, "owner", "your own id, or group:NAME of yours");
    field(yaml, options, "expiresAt", "as 2030-01-01T00:00:00Z");
    Object rotation = options.getValue("rotation");
    yaml.append("  rotation: ")
        .append(rotation == null ? "{none: \"\"}" : Json.encode(rotation))
        .append("   # {days: N}, or {none: \"why it is not renewed\"}\nsecrets:\n");
    for (SourceSecret source : sources.secrets()) {
      String name = ImportPlan.name(prefix, source);
      yaml.append("  - from: ")
          .append(Json.encode(source.from()))
          .append("\n    name: ")
          .append(name.isEmpty() ? EMPTY : Json.encode(name))
          .append("\n    description: ")
          .append(Json.encode(said(source, options)))
          .append("   # what it opens\n");
    }
    return yaml.toString();
  }

  private static String said(SourceSecret source, JsonObject options) {
    return source.said().getString("description", options.getString("description", ""));
  }

  private static void field(StringBuilder yaml, JsonObject options, String name, String rule) {
    yaml.append("  ")
        .append(name)
        .append(": ")
        .append(Json.encode(options.getString(name, "")))
        .append("   # ")
        .append(rule)
        .append('\n');
  }
}
