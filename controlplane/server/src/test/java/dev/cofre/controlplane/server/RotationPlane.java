package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretSealer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** A control plane that rotates secrets by the engine {@code pg}. */
final class RotationPlane implements AutoCloseable {
  final LeasePlane vault;

  RotationPlane(Path directory) throws Exception {
    this(new LeasePlane(directory));
  }

  /** With {@code vault}, which is not enrolled yet; it is closed with this, or at once. */
  RotationPlane(LeasePlane vault) throws Exception {
    this.vault = vault;
    boolean enrolled = false;
    try {
      vault.enrol();
      enrolled = true;
    } finally {
      if (!enrolled) {
        vault.close();
      }
    }
  }

  /** A value of a rotated secret. */
  record Value(int version, String user, String password) {}

  /** Makes the secret {@code name} with {@code value}, which {@code app} may read. */
  void secret(String name, String value) throws Exception {
    JsonObject draft =
        new JsonObject()
            .put("name", name)
            .put("environment", "dev")
            .put("dataClass", "internal")
            .put("owner", "app-owner")
            .put("description", "for tests")
            .put("expiresAt", vault.plane.clock.instant().plusSeconds(8_640_000).toString())
            .put("rotation", new JsonObject().put("days", 30))
            .put("value", LeasePlane.coded(value));
    LeasePlane.ok(201, vault.post("app-owner", "/v1/secrets", draft));
    LeasePlane.ok(200, vault.put("security-admin", path(name) + "/grants/app", new JsonObject()));
  }

  static JsonObject draft(boolean create, String... users) {
    JsonObject draft =
        new JsonObject()
            .put("engine", "pg")
            .put("users", new JsonArray(List.of(users)))
            .put("create", create)
            .put("periodSeconds", 3_600);
    return create ? draft.put("grants", LeasePlane.role().getJsonArray("grants")) : draft;
  }

  /** The same, of users that the vault makes, with rights of this plane's system. */
  JsonObject ownDraft(String... users) {
    return draft(true, users).put("grants", vault.ownRole().getJsonArray("grants"));
  }

  HttpResponse<String> set(String name, JsonObject draft) throws Exception {
    return vault.put("app-owner", path(name) + "/rotation", draft);
  }

  JsonObject show(String name) throws Exception {
    return LeasePlane.ok(200, vault.plane.get("auditor", path(name) + "/rotation"));
  }

  HttpResponse<String> rotate(String name, boolean dryRun) throws Exception {
    return rotate(name, new JsonObject().put("dryRun", dryRun).put("force", !dryRun));
  }

  HttpResponse<String> rotate(String name, JsonObject document) throws Exception {
    return vault.post("app-owner", path(name) + "/rotation/rotate", document);
  }

  Value value(String name) throws Exception {
    JsonObject answer = LeasePlane.ok(200, vault.plane.get("app", path(name) + "/value"));
    return value(
        answer.getInteger("version"), Base64.getDecoder().decode(answer.getString("value")));
  }

  /** The current value of {@code secret}, opened without a control plane. */
  static Value opened(Store store, SecretSealer sealer, Secret secret) {
    SealedSecret sealed = store.read(tx -> SealedSecret.of(tx, secret, secret.currentVersion()));
    int version = sealed.version().number();
    return value(version, sealer.open(sealed.key(), secret, version, sealed.envelope()));
  }

  private static Value value(int version, byte[] text) {
    JsonObject value = new JsonObject(new String(text, UTF_8));
    if (!value.fieldNames().equals(Set.of("username", "password"))) {
      throw new AssertionError(value.fieldNames());
    }
    return new Value(version, value.getString("username"), value.getString("password"));
  }

  boolean works(Value value) {
    return vault.system.takes(value.user, value.password);
  }

  /** Lets the period of {@code name} pass, until another version is there. */
  Value awaitNext(String name, Value before) throws Exception {
    vault.plane.clock.advance(Duration.ofSeconds(3_700));
    Await.until("the next version is there", () -> value(name).version > before.version);
    return value(name);
  }

  /**
   * Lets what failed be tried again, until another version is there; it may have been tried before
   * this is called. Less than a period passes by that, so no further version follows.
   */
  Value awaitRetry(String name, Value before) throws Exception {
    vault.plane.clock.advance(Duration.ofMinutes(10));
    Await.until("the next version is there", () -> value(name).version > before.version);
    return value(name);
  }

  /** What the audit log has of rotations of {@code name} by {@code principal}. */
  List<JsonObject> events(String principal, String name) throws Exception {
    return vault.plane.audit().stream()
        .filter(event -> "secret:rotate".equals(event.getString("action")))
        .filter(event -> name.equals(event.getString("key")))
        .filter(event -> principal.equals(event.getString("principal")))
        .toList();
  }

  static String path(String name) {
    return "/v1/secrets/" + name;
  }

  @Override
  public void close() throws IOException {
    vault.close();
  }
}
