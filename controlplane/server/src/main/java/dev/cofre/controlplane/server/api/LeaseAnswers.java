package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.SecretEngine;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;

/** Engines, roles and leases as the JSON that openapi.yaml describes. Stateless. */
final class LeaseAnswers {
  private LeaseAnswers() {}

  static JsonObject document(SecretEngine engine) {
    JsonObject json =
        new JsonObject()
            .put("id", engine.id().toString())
            .put("name", engine.name())
            .put("tenant", engine.tenant())
            .put("environment", engine.draft().environment().wireName())
            .put("kind", engine.draft().kind().wireName())
            .put("owner", engine.draft().owner())
            .put("description", engine.draft().description())
            .put("host", engine.draft().host())
            .put("port", engine.draft().port())
            .put("rootUser", engine.draft().rootUser())
            .put("tls", engine.draft().tls())
            .put("rotating", engine.rotating());
    if (!engine.draft().database().isEmpty()) {
      json.put("database", engine.draft().database());
    }
    return Documents.stamp(json, engine.stamp());
  }

  static JsonObject document(DynamicRole role) {
    JsonArray grants = new JsonArray();
    role.draft().grants().forEach(grant -> grants.add(new JsonObject(grant.document())));
    JsonObject json =
        new JsonObject()
            .put("name", role.name())
            .put("description", role.draft().description())
            .put("defaultTtlSeconds", role.draft().defaultTtl().toSeconds())
            .put("maxTtlSeconds", role.draft().maxTtl().toSeconds())
            .put("leasesMax", role.draft().leasesMax())
            .put("ownedObjects", role.draft().owned().wireName())
            .put("grants", grants);
    return Documents.stamp(json, role.stamp());
  }

  static JsonObject lease(Lease lease) {
    JsonObject json =
        new JsonObject()
            .put("id", lease.id().toString())
            .put("engineId", lease.engine().toString())
            .put("role", lease.role())
            .put("principal", lease.principal())
            .put("userName", lease.userName())
            .put("state", lease.state().name())
            .put("issuedAt", lease.issuedAt().toString())
            .put("expiresAt", lease.expiresAt().toString())
            .put("maxExpiresAt", lease.maxExpiresAt().toString())
            .put("attempts", lease.attempts());
    if (lease.reason() != null) {
      json.put("reason", lease.reason());
    }
    if (lease.lastError() != null) {
      json.put("lastError", lease.lastError());
    }
    return lease.endedAt() == null ? json : json.put("endedAt", lease.endedAt().toString());
  }

  /** {@code lease} with its {@code password}, ASCII without quotes, which stays the caller's. */
  static byte[] issued(JsonObject lease, char[] password) {
    String open = lease.encode();
    byte[] before = SecretAnswers.bytes(open.substring(0, open.length() - 1) + ",\"password\":\"");
    byte[] whole = Arrays.copyOf(before, before.length + password.length + 2);
    for (int i = 0; i < password.length; i++) {
      whole[before.length + i] = (byte) password[i];
    }
    whole[whole.length - 2] = '"';
    whole[whole.length - 1] = '}';
    return whole;
  }
}
