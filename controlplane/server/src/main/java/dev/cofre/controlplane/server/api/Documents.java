package dev.cofre.controlplane.server.api;

import dev.cofre.contract.encoding.Hex;
import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyWriter;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.server.store.PolicyVersion;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Domain objects as the JSON that openapi.yaml describes. Stateless. */
final class Documents {
  /** Of a check value: those of ANSI X9.24-1. */
  private static final int SHOWN_DIGITS = 10;

  private Documents() {}

  static JsonObject key(KmsKey key) {
    JsonObject json =
        new JsonObject()
            .put("id", key.id().toString())
            .put("alias", key.alias())
            .put("tenant", key.tenant())
            .put("environment", key.draft().environment().wireName())
            .put("dataClass", key.draft().dataClass().wireName())
            .put("owner", key.draft().owner())
            .put("purpose", key.draft().purpose())
            .put("usage", key.draft().usage())
            .put("state", key.state().name().name())
            .put("protection", key.draft().protection().name())
            .put("origin", key.draft().origin().name())
            .put("exportable", key.draft().exportable())
            .put("currentVersion", key.currentVersion())
            .put("expiresAt", key.draft().expiresAt().toString())
            .put("tags", tags(key.draft().tags()))
            .put("versions", versions(key));
    key.draft().activatesAt().ifPresent(time -> json.put("activatesAt", time.toString()));
    key.current().material().importedThrough().ifPresent(it -> json.put("importedThrough", it));
    state(json, key.state());
    return stamp(json, key.stamp());
  }

  private static JsonObject tags(Map<String, String> tags) {
    JsonObject json = new JsonObject();
    new TreeMap<>(tags).forEach(json::put);
    return json;
  }

  static JsonArray versions(KmsKey key) {
    JsonArray versions = new JsonArray();
    key.versions().forEach(version -> versions.add(version(version)));
    return versions;
  }

  private static JsonObject version(KeyVersion version) {
    JsonObject json =
        new JsonObject()
            .put("number", version.number())
            .put("state", version.state().name().name())
            .put("createdAt", version.createdAt().toString())
            .put("createdBy", version.createdBy())
            .put("protection", version.protection().name())
            .put("origin", version.material().origin().name())
            .put("exportable", version.material().exportable());
    version.material().importedThrough().ifPresent(it -> json.put("importedThrough", it));
    version
        .material()
        .checkValue()
        .ifPresent(value -> json.put("keyCheckValue", value.substring(0, SHOWN_DIGITS)));
    return state(json, version.state());
  }

  /** The times that go with a state. */
  private static JsonObject state(JsonObject json, KeyState state) {
    return switch (state) {
      case KeyState.DestructionScheduled scheduled ->
          json.put("destroyAt", scheduled.at().toString())
              .put("destructionScheduledBy", scheduled.askedBy())
              .put("stateBefore", scheduled.before().name());
      case KeyState.Destroyed destroyed -> json.put("destroyedAt", destroyed.at().toString());
      default -> json;
    };
  }

  /** What was signed, as it was signed and for reading. */
  static JsonObject tombstone(Tombstone tombstone) {
    return new JsonObject()
        .put("document", new JsonObject(Buffer.buffer(tombstone.document())))
        .put("signed", Base64.getEncoder().encodeToString(tombstone.document()))
        .put("signature", Base64.getEncoder().encodeToString(tombstone.signature()))
        .put("verificationKeyId", Hex.encode(tombstone.verificationKeyId()));
  }

  static JsonObject policy(Policy policy) {
    JsonObject json =
        new JsonObject()
            .put("id", policy.id().toString())
            .put("tenant", policy.tenant())
            .put("owner", policy.stamp().createdBy());
    PolicyWriter.write(policy.document()).forEach(json::put);
    return stamp(json, policy.stamp());
  }

  static JsonObject version(PolicyVersion version) {
    JsonObject document = new JsonObject();
    PolicyWriter.write(version.document()).forEach(document::put);
    return new JsonObject()
        .put("revision", version.revision())
        .put("changedAt", version.changedAt().toString())
        .put("changedBy", version.changedBy())
        .put("removed", version.removed())
        .put("document", document);
  }

  static JsonObject group(Group group) {
    JsonObject json =
        new JsonObject()
            .put("name", group.name())
            .put("tenant", group.tenant())
            .put("owner", group.stamp().createdBy())
            .put("members", new JsonArray(group.members()))
            .put(
                "roles",
                new JsonArray(group.roles().stream().map(Role::wireName).sorted().toList()));
    return stamp(json, group.stamp());
  }

  static JsonObject principal(Principal principal) {
    JsonObject json =
        new JsonObject()
            .put("id", principal.id())
            .put("tenant", principal.tenant())
            .put("owner", principal.stamp().createdBy())
            .put(
                "roles",
                new JsonArray(principal.roles().stream().map(Role::wireName).sorted().toList()));
    return stamp(json, principal.stamp());
  }

  /** A page: {@code found} holds one item more than {@code limit} when there is a next page. */
  static <T> JsonObject page(
      List<T> found, int limit, Function<T, JsonObject> document, Function<T, String> cursor) {
    boolean more = found.size() > limit;
    List<T> shown = more ? found.subList(0, limit) : found;
    return page(shown, document, more ? cursor.apply(shown.getLast()) : null);
  }

  /** The page {@code shown}; {@code next} is null when it is the last one. */
  static <T> JsonObject page(List<T> shown, Function<T, JsonObject> document, String next) {
    JsonArray items = new JsonArray();
    shown.forEach(item -> items.add(document.apply(item)));
    return new JsonObject().put("items", items).put("next", next);
  }

  static JsonObject stamp(JsonObject json, Stamp stamp) {
    return json.put("createdAt", stamp.createdAt().toString())
        .put("createdBy", stamp.createdBy())
        .put("updatedAt", stamp.updatedAt().toString())
        .put("updatedBy", stamp.updatedBy())
        .put("revision", stamp.revision());
  }
}
