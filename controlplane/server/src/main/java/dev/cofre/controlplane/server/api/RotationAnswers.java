package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.UserRotation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Rotations between two users as the JSON that openapi.yaml describes. Stateless. */
final class RotationAnswers {
  private RotationAnswers() {}

  static JsonObject document(Secret secret, UserRotation rotation) {
    JsonArray grants = new JsonArray();
    rotation.draft().grants().forEach(grant -> grants.add(new JsonObject(grant.document())));
    JsonObject json =
        new JsonObject()
            .put("secret", secret.name())
            .put("engine", rotation.draft().engine())
            .put("users", new JsonArray(rotation.draft().users()))
            .put("create", rotation.draft().create())
            .put("grants", grants)
            .put("periodSeconds", rotation.draft().period().toSeconds())
            .put("activeUser", rotation.activeUser())
            .put("rotating", rotation.nextUser() != null)
            .put("dueAt", rotation.dueAt().toString())
            .put("attempts", rotation.attempts());
    if (rotation.publishedVersion() > 0) {
      json.put("publishedVersion", rotation.publishedVersion())
          .put("rotatedAt", rotation.rotatedAt().toString());
    }
    if (rotation.lastError() != null) {
      json.put("lastError", rotation.lastError());
    }
    return Documents.stamp(json, rotation.stamp());
  }

  /**
   * What a rotation would do.
   *
   * @param next the version that it would publish
   */
  static JsonObject dryRun(Secret secret, UserRotation rotation, int next) {
    return new JsonObject()
        .put("dryRun", true)
        .put("secret", secret.name())
        .put("changes", rotation.changedUser())
        .put("keeps", rotation.activeUser())
        .put("keepsVersion", secret.currentVersion())
        .put("publishes", next);
  }
}
