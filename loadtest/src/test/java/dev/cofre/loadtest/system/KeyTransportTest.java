package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.hsm.OtherSide;
import io.vertx.core.json.JsonObject;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that is brought, used by a data plane, and taken away, by two people. */
@ExtendWith(SystemExtension.class)
class KeyTransportTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final byte[] PLAINTEXT = "what the brought key protects".getBytes(UTF_8);

  @ParameterizedTest
  @ValueSource(strings = {"ffm", "sunpkcs11"})
  void aBroughtKeyWorksAndOpensElsewhere(String backEnd, Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes-" + backEnd);
    deployment.settings(Cofre.CONTROL_PLANE).put("hsm.backend", backEnd);
    deployment.settings(Cofre.DATA_PLANE).put("hsm.backend", backEnd);
    Child[] planes = deployment.startBoth();
    Api officer = deployment.controlApi("crypto-officer");
    Api second = deployment.controlApi("crypto-officer-2");
    Api admin = deployment.controlApi("security-admin");
    Api app = deployment.dataApi("app");
    byte[] material = KernelRandom.INSTANCE.bytes(32);
    permitExport(admin);

    JsonObject job = officer.json("/v1/imports", "{}").json();
    RecipientKey to = RecipientKey.ofPem(job.getString("publicKey")).orElseThrow();
    byte[] wrapped =
        OtherSide.wrap(
            WrappingAlgorithm.valueOf(job.getString("wrappingAlgorithm")), to.key(), material);
    JsonObject document =
        new JsonObject()
            .put("wrappedMaterial", Base64.getEncoder().encodeToString(wrapped))
            .put("keyCheckValue", OtherSide.keyCheckValue(material))
            .put("key", new JsonObject(Keys.document("brought")).put("exportable", true));
    JsonObject made =
        approved(
            second,
            officer.json("/v1/imports/" + job.getString("id") + "/complete", document.encode()));
    assertEquals("HSM", made.getString("importedThrough"), made::encode);
    assertEquals(
        201, admin.json("/v1/policies", Keys.grant("brought-app", List.of("brought"))).status());
    Await.until(
        "the key encrypts",
        LIMIT,
        () -> app.raw("/v1/keys/brought/encrypt", PLAINTEXT).status() == 200);
    byte[] envelope = app.raw("/v1/keys/brought/encrypt", PLAINTEXT).body();

    // Nothing is in memory any more: the KEK comes out of the token.
    for (Child plane : planes) {
      plane.process().destroyForcibly().waitFor();
    }
    deployment.startBoth();
    assertArrayEquals(PLAINTEXT, app.raw("/v1/decrypt", envelope).body());

    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3_072);
    KeyPair recipient = generator.generateKeyPair();
    JsonObject left = approved(second, officer.json(exportPath(made), export(recipient)));
    byte[] kek =
        OtherSide.unwrap(
            WrappingAlgorithm.valueOf(left.getString("wrappingAlgorithm")),
            (RSAPrivateKey) recipient.getPrivate(),
            Base64.getDecoder().decode(left.getString("wrappedMaterial")));
    assertArrayEquals(material, kek);
    assertEquals(32, dataKey(kek, envelope).length, "the envelope's data key opens elsewhere");
  }

  private static void permitExport(Api admin) throws Exception {
    var request =
        admin
            .request("/v1/data-classes/internal")
            .header("Content-Type", "application/json")
            .method(
                "PATCH",
                java.net.http.HttpRequest.BodyPublishers.ofString("{\"exportPermitted\":true}"));
    assertEquals(200, admin.send(request.build()).status());
  }

  private static String exportPath(JsonObject key) {
    return "/v1/keys/" + key.getString("id") + "/versions/1/export";
  }

  private static String export(KeyPair recipient) {
    String pem = RecipientKey.ofDer(recipient.getPublic().getEncoded()).orElseThrow().pem();
    return new JsonObject().put("recipientPublicKey", pem).encode();
  }

  private static JsonObject approved(Api approver, Answer asked) throws Exception {
    assertEquals(202, asked.status(), asked.text());
    JsonObject digest = new JsonObject().put("digest", asked.json().getString("digest"));
    Answer done =
        approver.json(
            "/v1/approvals/" + asked.json().getString("id") + "/approve", digest.encode());
    assertEquals("DONE", done.json().getString("state"), done.text());
    return done.json().getJsonObject("answer").getJsonObject("document");
  }

  private static byte[] dataKey(byte[] kek, byte[] envelope) throws Exception {
    WrappedDataKey wrapped = WrappedDataKey.parse(envelope, 0);
    byte[] wrap = wrapped.wrap();
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    gcm.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(kek, "AES"),
        new GCMParameterSpec(128, Arrays.copyOf(wrap, EnvelopeFormat.WRAP_IV_LENGTH)));
    gcm.updateAAD(wrapped.wrapAad("default", EncryptionContext.EMPTY));
    return gcm.doFinal(
        wrap, EnvelopeFormat.WRAP_IV_LENGTH, wrap.length - EnvelopeFormat.WRAP_IV_LENGTH);
  }
}
