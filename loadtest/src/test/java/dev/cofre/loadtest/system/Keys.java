package dev.cofre.loadtest.system;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.List;

/** Documents for the control plane. */
final class Keys {
  private Keys() {}

  /** A key to be made. */
  static String document(String alias) {
    return new JsonObject()
        .put("alias", alias)
        .put("owner", "team")
        .put("purpose", "system tests")
        .put("dataClass", "internal")
        .put("environment", "dev")
        .put("expiresAt", "2099-01-01T00:00:00Z")
        .put("protection", "HSM")
        .encode();
  }

  /** A policy that lets {@code app} encrypt and decrypt with {@code keys}. */
  static String grant(String name, Collection<String> keys) {
    return new JsonObject()
        .put("name", name)
        .put("effect", "allow")
        .put("principals", new JsonArray(List.of("app")))
        .put("actions", new JsonArray(List.of("encrypt", "decrypt")))
        .put("keys", new JsonArray(List.copyOf(keys)))
        .encode();
  }
}
