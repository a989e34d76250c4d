package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretTree;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Secrets as the JSON that openapi.yaml describes. Where a value is in it, it is put together of
 * bytes that are overwritten when the answer was sent. Stateless.
 */
final class SecretAnswers {
  private static final int REFERRED_BY_MAX = 100;

  private SecretAnswers() {}

  static JsonObject document(Secret secret) {
    JsonObject json =
        new JsonObject()
            .put("id", secret.id().toString())
            .put("name", secret.name())
            .put("tenant", secret.tenant())
            .put("environment", secret.draft().environment().wireName())
            .put("dataClass", secret.draft().dataClass().wireName())
            .put("owner", secret.draft().owner())
            .put("description", secret.draft().description())
            .put("expiresAt", secret.draft().expiresAt().toString())
            .put("rotation", new JsonObject(secret.draft().rotation().document()))
            .put("currentVersion", secret.currentVersion());
    return Documents.stamp(json, secret.stamp());
  }

  /** What the current version refers to, and what refers to it; for who answers for it. */
  static JsonObject references(Transaction tx, Secret secret) {
    JsonArray references = new JsonArray();
    tx.secretReferences()
        .of(secret.id(), secret.currentVersion())
        .forEach(to -> references.add(reference(to.name(), to.version())));
    JsonArray referredBy = new JsonArray();
    tx.secretReferences()
        .dependents(secret, REFERRED_BY_MAX)
        .forEach(
            from -> {
              JsonObject json = reference(from.secret(), from.version());
              referredBy.add(from.refersTo() == 0 ? json : json.put("refersTo", from.refersTo()));
            });
    return new JsonObject().put("references", references).put("referredBy", referredBy);
  }

  private static JsonObject reference(String name, int version) {
    JsonObject json = new JsonObject().put("name", name);
    return version == 0 ? json : json.put("version", version);
  }

  static JsonObject document(SecretVersion version) {
    return new JsonObject()
        .put("version", version.number())
        .put("state", version.state().name())
        .put("template", version.template())
        .put("createdAt", version.createdAt().toString())
        .put("createdBy", version.createdBy())
        .put("changedAt", version.changedAt().toString())
        .put("changedBy", version.changedBy());
  }

  static JsonObject document(SecretGroup group) {
    JsonObject json =
        new JsonObject()
            .put("id", group.id().toString())
            .put("name", group.name())
            .put("tenant", group.tenant())
            .put("environment", group.draft().environment().wireName())
            .put("dataClass", group.draft().dataClass().wireName())
            .put("owner", group.draft().owner())
            .put("description", group.draft().description());
    return Documents.stamp(json, group.stamp());
  }

  static JsonObject document(SecretGrant grant) {
    JsonObject json =
        new JsonObject()
            .put("principal", grant.principal())
            .put("secret", grant.secret())
            .put("createdAt", grant.createdAt().toString())
            .put("createdBy", grant.createdBy());
    return grant.notAfter() == null ? json : json.put("notAfter", grant.notAfter().toString());
  }

  /** {@code sealed} with its {@code value}, which stays the caller's; UTF-8 JSON. */
  static byte[] value(SealedSecret sealed, byte[] value) {
    return value(sealed, value, null);
  }

  /** The same of {@code tree}, filled with what it refers to. */
  static byte[] value(SecretTree tree, byte[] value) {
    JsonArray read = new JsonArray();
    for (SecretTree each : tree.all()) {
      if (each != tree) {
        read.add(reference(each.sealed().secret().name(), each.sealed().version().number()));
      }
    }
    return value(tree.sealed(), value, tree.sealed().version().template() ? read : null);
  }

  private static byte[] value(SealedSecret sealed, byte[] value, JsonArray read) {
    JsonObject json =
        new JsonObject()
            .put("name", sealed.secret().name())
            .put("version", sealed.version().number())
            .put("createdAt", sealed.version().createdAt().toString())
            .put("expiresAt", sealed.secret().draft().expiresAt().toString());
    if (sealed.version().template()) {
      json.put("template", true);
    }
    if (read != null) {
      json.put("references", read);
    }
    byte[] text = Base64.getEncoder().encode(value);
    String open = json.encode();
    return joined(
        List.of(bytes(open.substring(0, open.length() - 1) + ",\"value\":\""), text, bytes("\"}")));
  }

  /** A list of {@code items}, each JSON; they are overwritten. */
  static byte[] items(List<byte[]> items) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(bytes("{\"items\":["));
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        parts.add(bytes(","));
      }
      parts.add(items.get(i));
    }
    parts.add(bytes("]}"));
    return joined(parts);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** One after the other; {@code parts} are overwritten. */
  private static byte[] joined(List<byte[]> parts) {
    byte[] whole = new byte[parts.stream().mapToInt(part -> part.length).sum()];
    int written = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, written, part.length);
      written += part.length;
      Arrays.fill(part, (byte) 0);
    }
    return whole;
  }
}
