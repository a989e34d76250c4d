package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.domain.KeyState.DestructionScheduled;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Tombstone;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** What a tombstone says, as JSON (docs/PROTOCOL.md, "Tombstones"). Stateless. */
final class TombstoneDocument {
  private TombstoneDocument() {}

  /**
   * Of {@code key}, whose destruction has begun.
   *
   * @param number the version, or {@link Tombstone#WHOLE_KEY}
   */
  static JsonObject of(KmsKey key, int number, Instant now, String by, String node) {
    boolean whole = number == Tombstone.WHOLE_KEY;
    DestructionScheduled scheduled =
        (DestructionScheduled) (whole ? key.state() : key.version(number).orElseThrow().state());
    return new JsonObject()
        .put("tombstone", 1)
        .put("key", key.id().toString())
        .put("alias", key.alias())
        .put("tenant", key.tenant())
        .put("environment", key.draft().environment().wireName())
        .put("dataClass", key.draft().dataClass().wireName())
        .put("owner", key.draft().owner())
        .put("purpose", key.draft().purpose())
        .put("scope", whole ? "key" : "version")
        .put("versions", versions(key, number))
        .put("keyCreatedAt", key.stamp().createdAt().toString())
        .put("keyCreatedBy", key.stamp().createdBy())
        .put("stateBefore", scheduled.before().name())
        .put("scheduledAt", scheduled.askedAt().toString())
        .put("scheduledBy", scheduled.askedBy())
        .put("waitingPeriodEndedAt", scheduled.at().toString())
        .put("destroyedAt", now.toString())
        .put("destroyedBy", by)
        .put("node", node)
        .put(
            "meaning",
            "The KEKs of these versions were destroyed. No envelope and no wrapped data key that"
                + " names this key id with one of these versions can be decrypted any more.");
  }

  private static JsonArray versions(KmsKey key, int number) {
    JsonArray versions = new JsonArray();
    for (KeyVersion version : key.versions()) {
      // What was destroyed before has a tombstone of its own.
      boolean now = version.state() instanceof DestructionScheduled scheduled && scheduled.begun();
      if (now && (number == Tombstone.WHOLE_KEY || number == version.number())) {
        versions.add(
            new JsonObject()
                .put("version", version.number())
                .put("kek", version.kekLabel())
                .put("protection", version.protection().name())
                .put("createdAt", version.createdAt().toString())
                .put("createdBy", version.createdBy()));
      }
    }
    return versions;
  }
}
