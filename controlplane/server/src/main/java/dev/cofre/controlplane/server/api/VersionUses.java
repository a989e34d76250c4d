package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.VersionStanding;
import dev.cofre.controlplane.domain.VersionUse;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/** How far the versions of a key are from their limits, as openapi.yaml describes it. Stateless. */
final class VersionUses {
  private VersionUses() {}

  /** One object for each version of {@code key}. */
  static JsonArray of(Transaction tx, KmsKey key) {
    DataClassRules rules = tx.dataClasses().rules(key.draft().dataClass());
    Map<Integer, VersionUse> used = new HashMap<>();
    tx.odometer().of(key.id()).forEach(use -> used.put(use.version(), use));
    JsonArray all = new JsonArray();
    for (KeyVersion version : key.versions()) {
      VersionUse use =
          used.getOrDefault(
              version.number(), VersionUse.none(key.id(), version.number(), tx.now()));
      all.add(document(VersionStanding.of(key, version, use, rules, tx.now())));
    }
    return all;
  }

  private static JsonObject document(VersionStanding standing) {
    VersionUse use = standing.use();
    JsonObject json = new JsonObject().put("version", use.version());
    put(json, "messages", use.messages(), standing.limits().messagesMax(), standing.messagesLeft());
    put(json, "bytes", use.bytes(), standing.limits().bytesMax(), standing.bytesLeft());
    put(json, "dataKeys", use.dataKeys(), standing.limits().dataKeysMax(), standing.dataKeysLeft());
    put(json, "days", standing.days(), standing.daysMax(), standing.daysLeft());
    standing
        .roll()
        .ifPresent(
            roll -> json.put("rollAt", roll.at().toString()).put("rollBy", roll.by().wireName()));
    return json;
  }

  private static void put(JsonObject json, String name, long used, long limit, long left) {
    json.put(name, used).put(name + "Max", limit).put(name + "Left", left);
  }
}
