package dev.cofre.controlplane.server.api;

import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.controlplane.domain.ImportJob;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.hsm.KeyTransport;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Base64;

/** Imports and exports as the JSON that openapi.yaml describes. Stateless. */
final class TransportDocuments {
  private TransportDocuments() {}

  static JsonObject of(ImportJob job, Instant now) {
    RecipientKey key = RecipientKey.ofDer(job.wrapping().publicKey()).orElseThrow();
    JsonObject json =
        new JsonObject()
            .put("id", job.id().toString())
            .put("tenant", job.tenant())
            .put("owner", job.stamp().createdBy())
            .put("state", job.stateAt(now).name())
            .put("wrappingAlgorithm", job.wrapping().algorithm())
            .put("unwrappedThrough", job.wrapping().through())
            .put("publicKey", key.pem())
            .put("publicKeyFingerprint", key.fingerprint())
            .put("refusals", job.refusals())
            .put("expiresAt", job.expiresAt().toString());
    job.keyId().ifPresent(id -> json.put("key", id.toString()));
    return Documents.stamp(json, job.stamp());
  }

  /** What leaves: all that another program needs to unwrap it and to use it. */
  static JsonObject exported(
      KmsKey key,
      KeyVersion version,
      RecipientKey recipient,
      KeyTransport.Exported exported,
      Instant now,
      String by) {
    return new JsonObject()
        .put("export", 1)
        .put("key", key.id().toString())
        .put("alias", key.alias())
        .put("tenant", key.tenant())
        .put("environment", key.draft().environment().wireName())
        .put("dataClass", key.draft().dataClass().wireName())
        .put("version", version.number())
        .put("protection", version.protection().name())
        .put("material", "AES-256")
        .put("wrappingAlgorithm", exported.algorithm().name())
        .put("wrappedMaterial", Base64.getEncoder().encodeToString(exported.wrapped()))
        .put("keyCheckValue", exported.check().hex())
        .put("recipientFingerprint", recipient.fingerprint())
        .put("exportedAt", now.toString())
        .put("exportedBy", by);
  }
}
