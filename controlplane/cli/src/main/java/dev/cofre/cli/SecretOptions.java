package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import picocli.CommandLine.Option;

/** What is said of a secret beside its value. */
final class SecretOptions {
  @Option(names = "--owner", description = "Who writes it: your own id, or group:NAME of yours.")
  private String owner;

  @Option(names = "--description", description = "What it opens, in words.")
  private String description;

  @Option(
      names = "--expires-at",
      paramLabel = "TIME",
      converter = KeyCreateCommand.Rfc3339.class,
      description = "From when on it is not read: RFC 3339, like 2030-01-01T00:00:00Z.")
  private Instant expiresAt;

  @Option(names = "--rotation-days", description = "After how many days it is renewed.")
  private Integer rotationDays;

  @Option(names = "--no-rotation", paramLabel = "WHY", description = "Why it is not renewed.")
  private String noRotation;

  /** Those that were given. */
  JsonObject document() {
    JsonObject document = new JsonObject();
    if (owner != null) {
      document.put("owner", owner);
    }
    if (description != null) {
      document.put("description", description);
    }
    if (expiresAt != null) {
      document.put("expiresAt", expiresAt.toString());
    }
    JsonObject rotation = new JsonObject();
    if (rotationDays != null) {
      rotation.put("days", rotationDays);
    }
    if (noRotation != null) {
      rotation.put("none", noRotation);
    }
    return rotation.isEmpty() ? document : document.put("rotation", rotation);
  }
}
