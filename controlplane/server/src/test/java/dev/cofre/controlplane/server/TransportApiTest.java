package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Conditions;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.OtherSide;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys brought and taken away, over HTTP, with two people; the other side is BouncyCastle. */
class TransportApiTest {
  private static final byte[] AAD = "identity".getBytes(StandardCharsets.US_ASCII);
  private static final String OFFICER = "crypto-officer";
  private static final AtomicInteger NAMES = new AtomicInteger();

  @TempDir static Path directory;
  private static TestPlane plane;
  private static KeyPair recipient;
  private final byte[] material = KernelRandom.INSTANCE.bytes(32);

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3_072);
    recipient = generator.generateKeyPair();
    permitExport(true);
  }

  @AfterAll
  static void stop() {
    // Other tests of this token look at all its keys.
    try (Hsm hsm = SoftHsmToken.login()) {
      hsm.kekLabels().stream().filter(label -> label.startsWith("kek-")).forEach(hsm::destroyKek);
    }
    plane.close();
  }

  private static void permitExport(boolean permitted) throws Exception {
    String body = new JsonObject().put("exportPermitted", permitted).encode();
    HttpResponse<String> changed =
        plane.send(
            plane
                .request("security-admin", "/v1/data-classes/internal")
                .header("Content-Type", "application/json")
                .method("PATCH", java.net.http.HttpRequest.BodyPublishers.ofString(body)));
    assertEquals(200, changed.statusCode(), changed.body());
  }

  private static JsonObject json(int status, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  private static void assertRefused(ErrorCode code, HttpResponse<String> answer) {
    assertTrue(TestPlane.isProblem(answer, code), answer.body());
  }

  private static String name() {
    return "brought-" + NAMES.incrementAndGet();
  }

  private static JsonObject prepared(WrappingAlgorithm algorithm) throws Exception {
    JsonObject draft = new JsonObject();
    if (algorithm != null) {
      draft.put("wrappingAlgorithm", algorithm.name());
    }
    return json(201, plane.post(OFFICER, "/v1/imports", draft.encode(), Map.of()));
  }

  private static JsonObject material(JsonObject job, byte[] material) throws Exception {
    RecipientKey key = RecipientKey.ofPem(job.getString("publicKey")).orElseThrow();
    assertEquals(key.fingerprint(), job.getString("publicKeyFingerprint"));
    byte[] wrapped =
        OtherSide.wrap(
            WrappingAlgorithm.valueOf(job.getString("wrappingAlgorithm")), key.key(), material);
    return new JsonObject()
        .put("wrappedMaterial", Base64.getEncoder().encodeToString(wrapped))
        .put("keyCheckValue", OtherSide.keyCheckValue(material).substring(0, 10));
  }

  private static JsonObject key(String alias) {
    return new JsonObject(TestPlane.keyDocument(alias));
  }

  private static HttpResponse<String> complete(JsonObject job, JsonObject body) throws Exception {
    return plane.post(
        OFFICER, "/v1/imports/" + job.getString("id") + "/complete", body.encode(), Map.of());
  }

  /** What an approved request answered. */
  private static JsonObject answered(int status, String approver, HttpResponse<String> asked)
      throws Exception {
    JsonObject done = plane.approve(approver, asked);
    JsonObject answer = done.getJsonObject("answer");
    assertEquals(status, answer.getInteger("status"), done::encode);
    return answer.getJsonObject("document");
  }

  private JsonObject imported(JsonObject draft) throws Exception {
    JsonObject job = prepared(null);
    return answered(
        201, "crypto-officer-2", complete(job, material(job, material).put("key", draft)));
  }

  @Test
  void aKeyIsBroughtByTwoPeople() throws Exception {
    String alias = name();
    JsonObject job = prepared(null);
    assertEquals("HSM", job.getString("unwrappedThrough"));
    assertEquals("PENDING", job.getString("state"));
    JsonObject body = material(job, material).put("key", key(alias));
    HttpResponse<String> asked = complete(job, body);
    JsonObject pending = json(202, asked);
    List<?> changes = pending.getJsonArray("changes").getList();
    assertTrue(changes.contains("+ keyCheckValue: " + body.getString("keyCheckValue")));
    assertRefused(ErrorCode.KEY_NOT_FOUND, plane.get(OFFICER, "/v1/keys/" + alias));
    assertRefused(ErrorCode.FORBIDDEN, plane.decide(OFFICER, pending));

    JsonObject made = answered(201, "crypto-officer-2", asked);
    assertEquals("IMPORTED", made.getString("origin"));
    assertEquals("HSM", made.getString("importedThrough"));
    assertFalse(made.getBoolean("exportable"));
    JsonObject version = made.getJsonArray("versions").getJsonObject(0);
    assertEquals("IMPORTED", version.getString("origin"));
    assertEquals("HSM", version.getString("importedThrough"));
    assertEquals(body.getString("keyCheckValue"), version.getString("keyCheckValue"));
    assertHolds(made, 1, material);

    JsonObject after = json(200, plane.get(OFFICER, "/v1/imports/" + job.getString("id")));
    assertEquals("DONE", after.getString("state"));
    assertEquals(made.getString("id"), after.getString("key"));
    assertRefused(ErrorCode.IMPORT_ENDED, complete(job, body));
    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    "key:import".equals(event.getString("action"))
                        && (made.getString("id")
                                + "/1 import:"
                                + job.getString("id")
                                + " through:HSM")
                            .equals(event.getString("key"))));
  }

  /** What the token wraps under the version's KEK, {@code bytes} open. */
  private static void assertHolds(JsonObject key, int number, byte[] bytes) throws Exception {
    byte[] dataKey = KernelRandom.INSTANCE.bytes(32);
    byte[] iv = KernelRandom.INSTANCE.bytes(12);
    try (Hsm hsm = SoftHsmToken.login();
        ClearKey clear = ClearKey.of(dataKey)) {
      String prefix = "kek-" + key.getString("id") + "-" + number;
      String label =
          hsm.kekLabels().stream().filter(one -> one.startsWith(prefix)).findFirst().orElseThrow();
      assertArrayEquals(dataKey, opened(bytes, iv, hsm.wrap(label, iv, AAD, clear)));
    }
  }

  private static byte[] opened(byte[] kek, byte[] iv, byte[] sealed) throws Exception {
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    gcm.init(Cipher.DECRYPT_MODE, new SecretKeySpec(kek, "AES"), new GCMParameterSpec(128, iv));
    gcm.updateAAD(AAD);
    return gcm.doFinal(sealed);
  }

  @Test
  void everyWayOfWrappingIsTakenAndMarked() throws Exception {
    for (WrappingAlgorithm algorithm : WrappingAlgorithm.values()) {
      byte[] fresh = KernelRandom.INSTANCE.bytes(32);
      JsonObject job = prepared(algorithm);
      String through = algorithm == WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_1 ? "HSM" : "MEMORY";
      assertEquals(through, job.getString("unwrappedThrough"));
      JsonObject made =
          answered(
              201, "crypto-officer-2", complete(job, material(job, fresh).put("key", key(name()))));
      assertEquals(through, made.getString("importedThrough"));
      assertHolds(made, 1, fresh);
    }
  }

  @Test
  void anImportedKeyGetsItsVersionsByImportsAlone() throws Exception {
    JsonObject made = imported(key(name()));
    String path = "/v1/keys/" + made.getString("id");
    assertRefused(ErrorCode.CONFLICT, plane.post(OFFICER, path + "/rotate"));

    byte[] second = KernelRandom.INSTANCE.bytes(32);
    JsonObject job = prepared(null);
    JsonObject body = material(job, second).put("versionOf", made.getString("alias"));
    JsonObject after = answered(200, "crypto-officer-2", complete(job, body));
    assertEquals(2, after.getInteger("currentVersion"));
    assertHolds(after, 2, second);

    JsonObject generated = plane.createKey(name());
    JsonObject another = prepared(null);
    assertRefused(
        ErrorCode.CONFLICT,
        complete(
            another,
            material(another, KernelRandom.INSTANCE.bytes(32))
                .put("versionOf", generated.getString("id"))));
  }

  @Test
  void theSchedulerLeavesImportedKeysToTheirOwners() throws Exception {
    JsonObject made = imported(key(name()));
    JsonObject generated = plane.createKey(name());
    plane.clock.advance(Duration.ofDays(366));
    try {
      await(
          () ->
              json(200, plane.get(OFFICER, "/v1/keys/" + generated.getString("id")))
                      .getInteger("currentVersion")
                  == 2);
      assertEquals(
          1,
          json(200, plane.get(OFFICER, "/v1/keys/" + made.getString("id")))
              .getInteger("currentVersion"));
    } finally {
      plane.clock.advance(Duration.ofDays(-366));
    }
  }

  @Test
  void wrongMaterialIsRefusedBeforeAnybodyIsAskedAndTheFifthTimeEndsIt() throws Exception {
    JsonObject job = prepared(null);
    JsonObject good = material(job, material).put("key", key(name()));
    JsonObject other = good.copy().put("keyCheckValue", "0000000000");
    assertRefused(ErrorCode.INVALID_KEY_MATERIAL, complete(job, other));
    byte[] cut = Base64.getDecoder().decode(good.getString("wrappedMaterial"));
    cut[cut.length - 1] ^= 1;
    JsonObject broken = good.copy().put("wrappedMaterial", Base64.getEncoder().encodeToString(cut));
    assertRefused(ErrorCode.INVALID_KEY_MATERIAL, complete(job, broken));
    JsonObject zeros = material(job, new byte[32]).put("key", key(name()));
    assertRefused(ErrorCode.INVALID_KEY_MATERIAL, complete(job, zeros));
    JsonObject shorter = material(job, KernelRandom.INSTANCE.bytes(16)).put("key", key(name()));
    assertRefused(ErrorCode.INVALID_KEY_MATERIAL, complete(job, shorter));
    assertEquals(
        4,
        json(200, plane.get(OFFICER, "/v1/imports/" + job.getString("id"))).getInteger("refusals"));
    assertRefused(ErrorCode.INVALID_KEY_MATERIAL, complete(job, broken));
    assertRefused(ErrorCode.IMPORT_ENDED, complete(job, good));
    assertEquals(
        "FAILED",
        json(200, plane.get(OFFICER, "/v1/imports/" + job.getString("id"))).getString("state"));

    for (String wrong : List.of("wrappedMaterial", "keyCheckValue", "key")) {
      JsonObject less = good.copy();
      less.remove(wrong);
      HttpResponse<String> refused = complete(job, less);
      assertRefused(ErrorCode.INVALID_REQUEST, refused);
      assertTrue(refused.body().contains(wrong), refused.body());
    }
    HttpResponse<String> nested =
        complete(job, good.copy().put("key", new JsonObject().put("alias", "x")));
    assertTrue(nested.body().contains("key.owner"), nested.body());
  }

  @Test
  void theSameMaterialMakesOneVersionOnce() throws Exception {
    JsonObject made = imported(key(name()));
    JsonObject job = prepared(WrappingAlgorithm.RSA_OAEP_SHA_256);
    JsonObject again = material(job, material);
    assertRefused(
        ErrorCode.KEY_MATERIAL_IN_USE, complete(job, again.copy().put("key", key(name()))));
    assertRefused(
        ErrorCode.KEY_MATERIAL_IN_USE,
        complete(job, again.copy().put("versionOf", made.getString("id"))));
  }

  private static void await(Callable<Boolean> condition) {
    Conditions.await(
        () -> {
          try {
            return condition.call();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void anImportCanBeCancelledAndEndsByItself() throws Exception {
    JsonObject job = prepared(null);
    String path = "/v1/imports/" + job.getString("id");
    assertEquals("CANCELLED", json(200, plane.post(OFFICER, path + "/cancel")).getString("state"));
    assertRefused(ErrorCode.IMPORT_ENDED, plane.post(OFFICER, path + "/cancel"));
    assertRefused(
        ErrorCode.IMPORT_ENDED, complete(job, material(job, material).put("key", key(name()))));
    assertRefused(ErrorCode.NOT_FOUND, plane.get(OFFICER, "/v1/imports/" + "0".repeat(36)));
    JsonObject late = prepared(null);
    plane.clock.advance(Duration.ofHours(25));
    try {
      assertRefused(
          ErrorCode.IMPORT_ENDED, complete(late, material(late, material).put("key", key(name()))));
      await(
          () ->
              plane.audit().stream()
                  .anyMatch(
                      event ->
                          "import:expire".equals(event.getString("action"))
                              && late.getString("id").equals(event.getString("key"))));
    } finally {
      plane.clock.advance(Duration.ofHours(-25));
    }
    JsonObject page = json(200, plane.get("auditor", "/v1/imports?limit=1"));
    assertEquals(1, page.getJsonArray("items").size());
    JsonObject next =
        json(200, plane.get("auditor", "/v1/imports?limit=1&after=" + page.getString("next")));
    assertFalse(
        page.getJsonArray("items")
            .getJsonObject(0)
            .getString("id")
            .equals(next.getJsonArray("items").getJsonObject(0).getString("id")));
  }

  @Test
  void anExportableKeyLeavesToItsRecipientByTwoPeople() throws Exception {
    for (String protection : List.of("HSM", "SOFTWARE")) {
      JsonObject draft = key(name()).put("exportable", true).put("protection", protection);
      JsonObject made = imported(draft);
      assertTrue(made.getBoolean("exportable"));
      assertEquals(protection.equals("HSM") ? "HSM" : "MEMORY", made.getString("importedThrough"));
      HttpResponse<String> asked = export(made, 1);
      JsonObject pending = json(202, asked);
      RecipientKey key = RecipientKey.ofDer(recipient.getPublic().getEncoded()).orElseThrow();
      assertTrue(
          pending.getJsonArray("changes").contains("+ recipient: sha256:" + key.fingerprint()));
      JsonObject left = answered(200, "security-admin", asked);
      assertEquals(key.fingerprint(), left.getString("recipientFingerprint"));
      assertEquals(OtherSide.keyCheckValue(material), left.getString("keyCheckValue"));
      assertArrayEquals(
          material,
          OtherSide.unwrap(
              WrappingAlgorithm.valueOf(left.getString("wrappingAlgorithm")),
              (RSAPrivateKey) recipient.getPrivate(),
              Base64.getDecoder().decode(left.getString("wrappedMaterial"))));
      String subject = made.getString("id") + "/1 recipient sha256:" + key.fingerprint();
      assertTrue(
          plane.audit().stream()
              .anyMatch(
                  event ->
                      "key:export".equals(event.getString("action"))
                          && subject.equals(event.getString("key"))));
      System.arraycopy(KernelRandom.INSTANCE.bytes(32), 0, material, 0, 32);
    }
  }

  private static HttpResponse<String> export(JsonObject key, int number) throws Exception {
    String pem = RecipientKey.ofDer(recipient.getPublic().getEncoded()).orElseThrow().pem();
    return plane.post(
        OFFICER,
        "/v1/keys/" + key.getString("id") + "/versions/" + number + "/export",
        new JsonObject().put("recipientPublicKey", pem).encode(),
        Map.of());
  }

  @Test
  void aGeneratedKeyLeavesWhenItWasMadeSo() throws Exception {
    JsonObject made =
        json(
            201,
            plane.post(
                OFFICER, "/v1/keys", key(name()).put("exportable", true).encode(), Map.of()));
    assertTrue(made.getBoolean("exportable"));
    assertEquals("GENERATED", made.getString("origin"));
    assertNull(made.getString("importedThrough"));
    JsonObject left = answered(200, "crypto-officer-2", export(made, 1));
    byte[] kek =
        OtherSide.unwrap(
            WrappingAlgorithm.valueOf(left.getString("wrappingAlgorithm")),
            (RSAPrivateKey) recipient.getPrivate(),
            Base64.getDecoder().decode(left.getString("wrappedMaterial")));
    assertEquals(OtherSide.keyCheckValue(kek), left.getString("keyCheckValue"));
    assertHolds(made, 1, kek);
  }

  @Test
  void whatWasNotMadeExportableOrIsNotPermittedStays() throws Exception {
    JsonObject stays = plane.createKey(name());
    assertRefused(ErrorCode.EXPORT_NOT_PERMITTED, export(stays, 1));
    assertRefused(ErrorCode.NOT_FOUND, export(stays, 9));
    JsonObject draft = key(name()).put("exportable", true).put("dataClass", "confidential");
    assertRefused(
        ErrorCode.EXPORT_NOT_PERMITTED, plane.post(OFFICER, "/v1/keys", draft.encode(), Map.of()));

    JsonObject made =
        json(
            201,
            plane.post(
                OFFICER, "/v1/keys", key(name()).put("exportable", true).encode(), Map.of()));
    HttpResponse<String> asked = export(made, 1);
    permitExport(false);
    try {
      assertRefused(ErrorCode.EXPORT_NOT_PERMITTED, export(made, 1));
      JsonObject done = plane.approve("crypto-officer-2", asked);
      assertEquals("FAILED", done.getString("state"), done::encode);
      json(200, plane.post(OFFICER, "/v1/keys/" + made.getString("id") + "/rotate"));
    } finally {
      permitExport(true);
    }
    assertRefused(ErrorCode.EXPORT_NOT_PERMITTED, export(made, 2));
    json(202, export(made, 1));

    for (String wrong : List.of("no key", weakKey())) {
      assertRefused(
          ErrorCode.INVALID_REQUEST,
          plane.post(
              OFFICER,
              "/v1/keys/" + made.getString("id") + "/versions/1/export",
              new JsonObject().put("recipientPublicKey", wrong).encode(),
              Map.of()));
    }
  }

  private static String weakKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2_048);
    String base64 =
        Base64.getMimeEncoder()
            .encodeToString(generator.generateKeyPair().getPublic().getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
  }
}
