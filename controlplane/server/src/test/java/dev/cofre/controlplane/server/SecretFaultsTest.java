package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets whose rows were changed by another hand, and what happens between the sealing of a value
 * and its commit: the HSM is the real one, which does something else first.
 */
class SecretFaultsTest {
  private static final AtomicReference<Callable<?>> BEFORE_WRAP = new AtomicReference<>();

  @TempDir static Path directory;
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.plane.close();
    plane.plane =
        ControlPlane.start(
            plane.settings(new ListenerSettings("127.0.0.1", 0, Optional.empty()), Set.of()),
            interrupted(SoftHsmToken.login()),
            plane.clock);
    plane.createKey("vault-dev");
    plane.createKey("vault-staging", "staging");
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  /** {@code real}, but for what is done before it wraps. */
  private static Hsm interrupted(Hsm real) {
    return (Hsm)
        Proxy.newProxyInstance(
            Hsm.class.getClassLoader(),
            new Class<?>[] {Hsm.class},
            (proxy, method, arguments) -> {
              Callable<?> before =
                  method.getName().equals("wrap") ? BEFORE_WRAP.getAndSet(null) : null;
              if (before != null) {
                before.call();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static JsonObject draft(String name) {
    return new JsonObject()
        .put("name", name)
        .put("environment", "dev")
        .put("dataClass", "internal")
        .put("owner", "app-owner")
        .put("description", "for tests")
        .put("expiresAt", plane.clock.instant().plus(Duration.ofDays(300)).toString())
        .put("rotation", new JsonObject().put("days", 90))
        .put("value", coded("text-" + name));
  }

  private static String coded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
  }

  private static HttpResponse<String> create(String who, JsonObject draft) throws Exception {
    return plane.post(who, "/v1/secrets", draft.encode(), Map.of());
  }

  private static void made(JsonObject draft) throws Exception {
    ok(create("app-owner", draft));
    String path = "/v1/secrets/" + draft.getString("name") + "/grants/app";
    done(plane.send(plane.request("security-admin", path).PUT(BodyPublishers.noBody())));
  }

  private static HttpResponse<String> read(String name) throws Exception {
    return plane.get("app", "/v1/secrets/" + name + "/value");
  }

  private static JsonArray readAll(String... names) throws Exception {
    JsonObject asked = new JsonObject().put("names", new JsonArray(List.of(names)));
    HttpResponse<String> all = plane.post("app", "/v1/secret-values", asked.encode(), Map.of());
    assertEquals(200, all.statusCode(), all.body());
    return new JsonObject(all.body()).getJsonArray("items");
  }

  private static void ok(HttpResponse<String> answer) {
    assertTrue(answer.statusCode() < 300, answer.body());
  }

  /** Writes other bytes in the place of those at {@code offset} of the value of {@code name}. */
  private static void damage(String name, int offset) throws Exception {
    String rows =
        " from secret_version where secret_id = (select id from secret where name = '"
            + name
            + "')";
    String url = "jdbc:h2:file:" + directory.resolve("store");
    try (Connection store = DriverManager.getConnection(url, "cofre", "")) {
      byte[] envelope;
      try (var found = store.createStatement().executeQuery("select envelope" + rows)) {
        assertTrue(found.next());
        envelope = found.getBytes(1);
      }
      envelope[offset] ^= 1;
      String update = "update secret_version set envelope = ?";
      try (PreparedStatement write =
          store.prepareStatement(update + rows.replace(" from secret_version", ""))) {
        write.setBytes(1, envelope);
        assertEquals(1, write.executeUpdate());
      }
    }
  }

  @Test
  void aDamagedValueIsOneErrorAmongValues() throws Exception {
    // The header, the key's id, its version, the wrap, the commitment, the text.
    int[] offsets = {0, 10, 26, 70, 140, 165};
    made(draft("whole-1"));
    made(draft("whole-2"));
    for (int offset : offsets) {
      String name = "damaged-at-" + offset;
      made(draft(name));
      damage(name, offset);
      HttpResponse<String> single = read(name);
      assertTrue(TestPlane.isProblem(single, ErrorCode.CONFLICT), name + single.body());
      assertTrue(single.body().contains(name), single.body());
      assertFalse(single.body().contains("text-"), single.body());

      JsonArray items = readAll("whole-1", name, "not-there", "whole-2");
      assertEquals(coded("text-whole-1"), items.getJsonObject(0).getString("value"));
      JsonObject error = items.getJsonObject(1).getJsonObject("error");
      assertEquals("conflict", error.getString("code"));
      assertEquals("not_found", items.getJsonObject(2).getJsonObject("error").getString("code"));
      assertEquals(coded("text-whole-2"), items.getJsonObject(3).getString("value"));
      assertEquals(
          2,
          plane.audit().stream()
              .filter(event -> name.equals(event.getString("key")))
              .filter(event -> "secret:read".equals(event.getString("action")))
              .filter(event -> "failed".equals(event.getString("outcome")))
              .filter(event -> "conflict".equals(event.getString("code")))
              .count(),
          name);
    }
    assertEquals(2L * offsets.length, plane.metric("cofre_controlplane_secret_values_damaged"));
    HttpResponse<String> ready = plane.get(null, "/health/ready");
    assertEquals(200, ready.statusCode());
    assertTrue(
        new JsonObject(ready.body()).getJsonArray("degraded").contains("secrets-damaged"),
        ready.body());

    // Its owner writes another value, and it is read again.
    ok(
        plane.post(
            "app-owner",
            "/v1/secrets/damaged-at-70/versions",
            new JsonObject().put("value", coded("mended")).encode(),
            Map.of()));
    assertEquals(coded("mended"), new JsonObject(read("damaged-at-70").body()).getString("value"));
  }

  @Test
  void aValueSealedWhileTheKeyIsRotatedIsSealedAnew() throws Exception {
    made(draft("staged").put("environment", "staging"));
    JsonObject asked = new JsonObject().put("value", coded("second"));
    String path = "/v1/secrets/staged/versions";
    BEFORE_WRAP.set(SecretFaultsTest::rotateAndDisable);
    ok(plane.post("app-owner", path, asked.encode(), Map.of()));
    assertEquals(coded("second"), new JsonObject(read("staged").body()).getString("value"));

    BEFORE_WRAP.set(SecretFaultsTest::rotateAndDisable);
    made(draft("staged-too").put("environment", "staging"));
    assertEquals(200, read("staged-too").statusCode());

    AtomicInteger rotations = new AtomicInteger();
    BEFORE_WRAP.set(() -> rotateAgain(rotations));
    HttpResponse<String> refused = plane.post("app-owner", path, asked.encode(), Map.of());
    BEFORE_WRAP.set(null);
    assertTrue(TestPlane.isProblem(refused, ErrorCode.CONFLICT), refused.body());
    assertEquals(2, rotations.get());
    assertEquals(
        2,
        new JsonObject(plane.get("app-owner", "/v1/secrets/staged").body())
            .getInteger("currentVersion"));
  }

  private static Object rotateAndDisable() throws Exception {
    HttpResponse<String> rotated = plane.post("crypto-officer", "/v1/keys/vault-staging/rotate");
    ok(rotated);
    int before = new JsonObject(rotated.body()).getInteger("currentVersion") - 1;
    ok(plane.post("crypto-officer", "/v1/keys/vault-staging/versions/" + before + "/disable"));
    return null;
  }

  private static Object rotateAgain(AtomicInteger rotations) throws Exception {
    rotations.incrementAndGet();
    ok(plane.post("crypto-officer", "/v1/keys/vault-staging/rotate"));
    BEFORE_WRAP.set(() -> rotateAgain(rotations));
    return null;
  }

  @Test
  void theEndOfAKeySaysWhichSecretsItEnds() throws Exception {
    plane.createKey("vault-prod", "prod");
    made(draft("ends-1").put("environment", "prod"));
    made(draft("ends-2").put("environment", "prod"));
    ok(plane.post("crypto-officer", "/v1/keys/vault-prod/rotate"));
    JsonObject next = new JsonObject().put("value", coded("next"));
    ok(plane.post("app-owner", "/v1/secrets/ends-1/versions", next.encode(), Map.of()));

    String key = "/v1/keys/vault-prod";
    assertEquals(
        new JsonObject(
            "{\"values\":3,\"secrets\":2,\"items\":[{\"version\":1,\"values\":2,\"secrets\":1},"
                + "{\"version\":2,\"values\":1,\"secrets\":1}]}"),
        new JsonObject(plane.get("crypto-officer", key + "/secret-values").body()));

    HttpResponse<String> version =
        plane.post("crypto-officer", key + "/versions/1/schedule-destruction");
    assertTrue(
        version.body().contains("values of secrets that end with it: 2, the current ones of 1"),
        version.body());
    ended(plane.approve("crypto-officer-2", version), 2, 1);

    HttpResponse<String> whole = plane.post("crypto-officer", key + "/schedule-destruction");
    assertTrue(
        whole.body().contains("values of secrets that end with it: 3, the current ones of 2"),
        whole.body());
    ended(plane.approve("crypto-officer-2", whole), 3, 2);

    plane.createKey("protects-nothing");
    HttpResponse<String> other =
        plane.post("crypto-officer", "/v1/keys/protects-nothing/schedule-destruction");
    assertFalse(other.body().contains("values of secrets"), other.body());
    ended(plane.approve("crypto-officer-2", other), 0, 0);
  }

  private static void ended(JsonObject done, int values, int secrets) {
    assertEquals("DONE", done.getString("state"), done.encode());
    JsonObject key = done.getJsonObject("answer").getJsonObject("document");
    assertEquals(values, key.getInteger("endedSecretValues"), done.encode());
    assertEquals(secrets, key.getInteger("endedSecrets"), done.encode());
  }

  @Test
  void anOwnerWhoIsRemovedBeforeTheCommitOwnsNothing() throws Exception {
    String group = "{\"name\":\"short-lived\",\"members\":[\"app-owner\"]}";
    ok(plane.post("security-admin", "/v1/groups", group, Map.of()));
    BEFORE_WRAP.set(() -> removed("/v1/groups/short-lived"));
    HttpResponse<String> ofGroup =
        create("app-owner", draft("orphan-1").put("owner", "group:short-lived"));
    assertEquals(400, ofGroup.statusCode(), ofGroup.body());
    assertTrue(ofGroup.body().contains("owner"), ofGroup.body());

    JsonObject leaver =
        new JsonObject().put("id", "leaver").put("roles", new JsonArray().add("app-owner"));
    done(plane.post("security-admin", "/v1/principals", leaver.encode(), Map.of()));
    String token = TestPlane.freshToken();
    String document = TestPlane.tokenDocument(token);
    done(plane.post("security-admin", "/v1/principals/leaver/token", document, Map.of()));
    Files.writeString(directory.resolve("tokens/leaver.token"), token);
    BEFORE_WRAP.set(() -> removed("/v1/principals/leaver"));
    HttpResponse<String> own = create("leaver", draft("orphan-2").put("owner", "leaver"));
    assertEquals(400, own.statusCode(), own.body());
    assertTrue(own.body().contains("does not exist"), own.body());
    for (String name : List.of("orphan-1", "orphan-2")) {
      assertEquals(404, plane.get("auditor", "/v1/secrets/" + name).statusCode());
    }
  }

  private static Object removed(String path) throws Exception {
    done(plane.send(plane.request("security-admin", path).DELETE()));
    return null;
  }

  /** Has it approved, if that is needed. */
  private static void done(HttpResponse<String> answer) throws Exception {
    if (answer.statusCode() == 202) {
      assertEquals("DONE", plane.approve("security-admin-2", answer).getString("state"));
    } else {
      ok(answer);
    }
  }
}
