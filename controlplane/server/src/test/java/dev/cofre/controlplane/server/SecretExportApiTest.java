package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.controlplane.domain.SecretExport;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.JsonWebEncryption;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets leave sealed, by two people, as they were when it was approved; jose4j opens them. */
class SecretExportApiTest {
  private static final String ADMIN = "security-admin";
  private static final String SECOND = "security-admin-2";
  private static final String PATH = "/v1/secret-exports";

  @TempDir static Path directory;
  private static TestPlane plane;
  private static KeyPair recipient;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.createKey("vault-dev");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3_072);
    recipient = generator.generateKeyPair();
    permit("internal", true);
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static void permit(String dataClass, boolean permitted) throws Exception {
    patch("/v1/data-classes/" + dataClass, new JsonObject().put("exportPermitted", permitted));
  }

  private static void patch(String path, JsonObject change) throws Exception {
    HttpResponse<String> changed =
        plane.send(
            plane
                .request(ADMIN, path)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(change.encode())));
    assertEquals(200, changed.statusCode(), changed.body());
  }

  private static void make(String name, String dataClass, byte[] value) throws Exception {
    JsonObject draft =
        new JsonObject()
            .put("name", name)
            .put("environment", "dev")
            .put("dataClass", dataClass)
            .put("owner", "app-owner")
            .put("description", "for \"tests\"")
            .put("expiresAt", plane.clock.instant().plus(Duration.ofDays(300)).toString())
            .put("rotation", new JsonObject().put("none", "fixed"))
            .put("value", Base64.getEncoder().encodeToString(value));
    HttpResponse<String> made = plane.post("app-owner", "/v1/secrets", draft.encode(), Map.of());
    assertEquals(201, made.statusCode(), made.body());
  }

  private static void write(String name, String value) throws Exception {
    String body =
        new JsonObject()
            .put("value", Base64.getEncoder().encodeToString(value.getBytes(UTF_8)))
            .encode();
    HttpResponse<String> written =
        plane.post("app-owner", "/v1/secrets/" + name + "/versions", body, Map.of());
    assertEquals(201, written.statusCode(), written.body());
  }

  private static HttpResponse<String> ask(String who, String... names) throws Exception {
    String pem = RecipientKey.ofDer(recipient.getPublic().getEncoded()).orElseThrow().pem();
    return askFor(pem, who, names);
  }

  private static HttpResponse<String> askFor(String pem, String who, String... names)
      throws Exception {
    JsonObject body =
        new JsonObject()
            .put("names", new JsonArray(List.of((Object[]) names)))
            .put("recipientPublicKey", pem);
    return plane.post(who, PATH, body.encode(), Map.of());
  }

  private static JsonObject left(JsonObject approved) {
    assertEquals("DONE", approved.getString("state"), approved::encode);
    return approved.getJsonObject("answer").getJsonObject("document");
  }

  private static String opened(String bundle) throws Exception {
    JsonWebEncryption jwe = new JsonWebEncryption();
    jwe.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, "RSA-OAEP-256"));
    jwe.setContentEncryptionAlgorithmConstraints(
        new AlgorithmConstraints(ConstraintType.PERMIT, "A256GCM"));
    jwe.setCompactSerialization(bundle);
    jwe.setKey(recipient.getPrivate());
    return jwe.getPlaintextString();
  }

  /** What was allowed of {@code action} whose subject begins with one of {@code subjects}. */
  private static List<JsonObject> events(String action, String... subjects) throws Exception {
    return plane.audit().stream()
        .filter(event -> action.equals(event.getString("action")))
        .filter(event -> "allowed".equals(event.getString("outcome")))
        .filter(event -> List.of(subjects).contains(event.getString("key").split(" ")[0]))
        .toList();
  }

  private static void assertRefused(ErrorCode code, HttpResponse<String> answer) {
    assertTrue(TestPlane.isProblem(answer, code), answer::body);
  }

  @Test
  void leaveToTheirRecipientByTwoPeople() throws Exception {
    byte[] binary = {0, -1, '"', '\\', '\n'};
    make("one", "internal", "old".getBytes(UTF_8));
    write("one", "new-value-of-one");
    make("two", "internal", binary);
    HttpResponse<String> asked = ask(ADMIN, "one", "two", "one");
    JsonObject pending = new JsonObject(asked.body());
    String print =
        RecipientKey.ofDer(recipient.getPublic().getEncoded()).orElseThrow().fingerprint();
    assertEquals(
        new JsonArray()
            .add("+ recipient: sha256:" + print)
            .add("+ leaves: one version 2 (dev, internal)")
            .add("+ leaves: two version 1 (dev, internal)"),
        pending.getJsonArray("changes"));
    assertRefused(ErrorCode.FORBIDDEN, plane.decide(ADMIN, pending));
    assertRefused(ErrorCode.NOT_FOUND, plane.decide("crypto-officer", pending));
    assertEquals(0, events("secret:export", "one", "two").size(), "nothing has left yet");

    JsonObject left = left(plane.approve(SECOND, asked));
    assertFalse(left.containsKey("bundle"), "those who list approvals do not get it");
    assertEquals(2, left.getInteger("secrets"));
    assertEquals(print, left.getString("recipientFingerprint"));
    String path = PATH + "/" + left.getString("id");
    for (String other : List.of(SECOND, "app-owner", "app", "auditor")) {
      assertRefused(ErrorCode.NOT_FOUND, plane.get(other, path));
    }
    HttpResponse<String> fetched = plane.get(ADMIN, path);
    assertEquals(200, fetched.statusCode(), fetched.body());
    String bundle = new JsonObject(fetched.body()).getString("bundle");
    assertFalse(fetched.body().contains("new-value-of-one"));
    JsonArray secrets = new JsonObject(opened(bundle)).getJsonArray("secrets");
    assertEquals("one", secrets.getJsonObject(0).getString("name"));
    assertEquals("for \"tests\"", secrets.getJsonObject(0).getString("description"));
    assertEquals(2, version(secrets, 0).getInteger("version"));
    assertEquals(
        Base64.getEncoder().encodeToString("new-value-of-one".getBytes(UTF_8)),
        version(secrets, 0).getString("valueBase64"));
    assertEquals(
        Base64.getEncoder().encodeToString(binary), version(secrets, 1).getString("valueBase64"));

    String id = left.getString("id");
    List<JsonObject> exports = events("secret:export", "one", "two", id);
    assertEquals(
        List.of("one", "two", id + " recipient sha256:" + print),
        exports.stream().map(event -> event.getString("key")).toList());
    assertEquals(2, exports.getFirst().getInteger("keyVersion"));
    assertEquals(1, events("secret-export:show", id).size());

    plane.clock.advance(Duration.ofHours(24).plusSeconds(1));
    assertRefused(ErrorCode.NOT_FOUND, plane.get(ADMIN, path));
  }

  private static JsonObject version(JsonArray secrets, int i) {
    return secrets.getJsonObject(i).getJsonArray("versions").getJsonObject(0);
  }

  @Test
  void whatWasChangedSinceItWasAskedForDoesNotLeave() throws Exception {
    for (String name : List.of("written", "described", "deleted", "class")) {
      make(name, "internal", name.getBytes(UTF_8));
    }
    HttpResponse<String> written = ask(ADMIN, "written");
    write("written", "another");
    assertFailed(ErrorCode.PRECONDITION_FAILED, plane.approve(SECOND, written));

    HttpResponse<String> described = ask(ADMIN, "described");
    patch("/v1/secrets/described", new JsonObject().put("description", "another"));
    assertFailed(ErrorCode.PRECONDITION_FAILED, plane.approve(SECOND, described));

    HttpResponse<String> deleted = ask(ADMIN, "deleted");
    assertEquals(200, plane.post(ADMIN, "/v1/secrets/deleted/delete", "{}", Map.of()).statusCode());
    assertFailed(ErrorCode.NOT_FOUND, plane.approve(SECOND, deleted));

    HttpResponse<String> forbidden = ask(ADMIN, "class");
    permit("internal", false);
    try {
      assertFailed(ErrorCode.EXPORT_NOT_PERMITTED, plane.approve(SECOND, forbidden));
    } finally {
      permit("internal", true);
    }
  }

  private static void assertFailed(ErrorCode code, JsonObject approved) {
    assertEquals("FAILED", approved.getString("state"), approved::encode);
    assertEquals(
        code.code(), approved.getJsonObject("answer").getJsonObject("document").getString("code"));
  }

  @Test
  void whatMayNotLeaveIsNotEvenAskedFor() throws Exception {
    make("stays", "public", "x".getBytes(UTF_8));
    make("may", "internal", "x".getBytes(UTF_8));
    assertRefused(ErrorCode.EXPORT_NOT_PERMITTED, ask(ADMIN, "may", "stays"));
    assertRefused(ErrorCode.NOT_FOUND, ask(ADMIN, "may", "none"));
    make("made-of-others", "internal", "x".getBytes(UTF_8));
    String template = "{\"template\":true,\"value\":\"e3ttYXl9fQ==\"}";
    String path = "/v1/secrets/made-of-others/versions";
    assertEquals(201, plane.post("app-owner", path, template, Map.of()).statusCode());
    HttpResponse<String> refused = ask(ADMIN, "may", "made-of-others");
    assertRefused(ErrorCode.EXPORT_NOT_PERMITTED, refused);
    assertTrue(refused.body().contains("is a template"), refused::body);
    for (String who : List.of("app-owner", "app", "crypto-officer", "platform-admin", "auditor")) {
      assertRefused(ErrorCode.FORBIDDEN, ask(who, "may"));
    }
    assertRefused(ErrorCode.INVALID_REQUEST, askFor("no key", ADMIN, "may"));
    assertRefused(ErrorCode.INVALID_REQUEST, plane.post(ADMIN, PATH, "{\"names\":[]}", Map.of()));
    String many = new JsonArray(Collections.nCopies(101, (Object) "may")).encode();
    assertRefused(
        ErrorCode.INVALID_REQUEST, plane.post(ADMIN, PATH, "{\"names\":" + many + "}", Map.of()));
  }

  @Test
  void withoutRoomForABundleItIsNotEvenAskedFor() throws Exception {
    make("waiting", "internal", "x".getBytes(UTF_8));
    Instant now = plane.clock.instant();
    plane.plane.close();
    try (Store store = Store.open(plane.location(), plane.clock)) {
      store.change(
          tx -> {
            for (int i = 0; i < 100; i++) {
              SecretExport one =
                  new SecretExport(
                      UUID.randomUUID(),
                      "default",
                      ADMIN,
                      "ab".repeat(32),
                      1,
                      now,
                      now.plus(Duration.ofHours(1)));
              tx.secretExports().insert(one, new byte[1]);
            }
            return null;
          });
    }
    plane.start();
    assertRefused(ErrorCode.CONFLICT, ask(ADMIN, "waiting"));
    plane.clock.advance(Duration.ofHours(1).plusSeconds(1));
    left(plane.approve(SECOND, ask(ADMIN, "waiting")));
  }

  @Test
  void moreThanABundleHoldsDoesNotLeave() throws Exception {
    String[] names = new String[9];
    for (int i = 0; i < names.length; i++) {
      names[i] = "large-" + i;
      make(names[i], "internal", new byte[65_536]);
    }
    assertRefused(ErrorCode.PAYLOAD_TOO_LARGE, ask(ADMIN, names));
    String[] fewer = Arrays.copyOf(names, 8);
    JsonObject left = left(plane.approve(SECOND, ask(ADMIN, fewer)));
    HttpResponse<String> fetched = plane.get(ADMIN, PATH + "/" + left.getString("id"));
    String bundle = new JsonObject(fetched.body()).getString("bundle");
    assertEquals(8, new JsonObject(opened(bundle)).getJsonArray("secrets").size());
  }
}
