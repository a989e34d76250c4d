package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.RecipientKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of key transport against a server that says what it was asked. */
class KeyTransportCommandsTest {
  private static final String ID = "11111111-2222-4333-8444-555555555555";

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<JsonObject> bodies = new CopyOnWriteArrayList<>();
  private final byte[] material = KernelRandom.INSTANCE.bytes(32);
  @TempDir Path home;
  private KeyPair pair;
  private String pem;
  @AutoClose private ScriptedPlane plane;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3_072);
    pair = generator.generateKeyPair();
    pem = RecipientKey.ofDer(pair.getPublic().getEncoded()).orElseThrow().pem();
    plane = ScriptedPlane.start(home, this::handle, "crypto-officer");
    environment = plane.byPort();
  }

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              lines.add(request.method() + " " + request.path());
              bodies.add(body.length() == 0 ? new JsonObject() : body.toJsonObject());
              JsonObject answer = new JsonObject().put("id", ID);
              int status = 200;
              if (request.path().equals("/v1/imports")) {
                status = 201;
                answer.put("publicKey", pem).put("wrappingAlgorithm", "RSA_AES_KEY_WRAP_SHA_256");
              } else if (request.path().startsWith("/v1/approvals/")) {
                answer
                    .put("action", "key:export")
                    .put("state", "DONE")
                    .put(
                        "answer",
                        new JsonObject()
                            .put("document", new JsonObject().put("wrappedMaterial", "AAAA")));
              } else {
                status = 202;
              }
              request
                  .response()
                  .setStatusCode(status)
                  .putHeader("Content-Type", "application/json")
                  .end(answer.toBuffer());
            });
  }

  private CliRun run(String... args) {
    return CliRun.of(environment, new byte[0], args);
  }

  private Path file(String name, byte[] bytes, String mode) throws Exception {
    Path file = Files.write(home.resolve(name), bytes);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  @Test
  void wrapsTheMaterialBeforeItLeaves() throws Exception {
    Path file = file("kek.bin", material, "rw-------");
    Path key =
        file("key.json", "{\"alias\":\"orders\"}".getBytes(StandardCharsets.UTF_8), "rw-r--r--");
    CliRun run =
        run("key", "import", "--material-file", file.toString(), "--key-file", key.toString());
    assertEquals(ExitCodes.PENDING, run.exitCode(), run::err);
    assertEquals(List.of("POST /v1/imports", "POST /v1/imports/" + ID + "/complete"), lines);
    JsonObject sent = bodies.get(1);
    assertEquals(KeyCheckValue.of(material).hex(), sent.getString("keyCheckValue"));
    assertEquals("orders", sent.getJsonObject("key").getString("alias"));
    byte[] wrapped = Base64.getDecoder().decode(sent.getString("wrappedMaterial"));
    assertArrayEquals(material, unwrapped(wrapped));
  }

  private byte[] unwrapped(byte[] wrapped) throws Exception {
    Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
    rsa.init(
        Cipher.DECRYPT_MODE,
        pair.getPrivate(),
        new OAEPParameterSpec(
            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
    byte[] between = rsa.doFinal(wrapped, 0, 384);
    Cipher kwp = Cipher.getInstance("AES/KWP/NoPadding");
    kwp.init(Cipher.UNWRAP_MODE, new SecretKeySpec(between, "AES"));
    return kwp.unwrap(Arrays.copyOfRange(wrapped, 384, wrapped.length), "AES", Cipher.SECRET_KEY)
        .getEncoded();
  }

  @Test
  void refusesMaterialThatOthersCanReadOrOfAnotherLength() throws Exception {
    String open = file("open.bin", material, "rw-r--r--").toString();
    CliRun shared = run("key", "import", "--material-file", open, "--version-of", "orders");
    assertEquals(ExitCodes.USAGE, shared.exitCode());
    assertTrue(shared.err().contains("chmod 600"), shared::err);
    String small = file("short.bin", new byte[31], "rw-------").toString();
    CliRun length = run("key", "import", "--material-file", small, "--version-of", "orders");
    assertEquals(ExitCodes.USAGE, length.exitCode());
    for (String[] args :
        List.of(
            new String[] {"key", "import"},
            new String[] {"key", "import", "--prepare", "--import", ID},
            new String[] {"key", "import", "--material-file", small},
            new String[] {"key", "import", "--import", ID, "--version-of", "x"})) {
      assertEquals(ExitCodes.USAGE, run(args).exitCode());
    }
    assertTrue(lines.isEmpty(), "nothing was asked");
  }

  @Test
  void sendsWhatWasWrappedElsewhere() throws Exception {
    CliRun prepared = run("key", "import", "--prepare", "--wrapping-key-bits", "4096");
    assertEquals(ExitCodes.OK, prepared.exitCode(), prepared::err);
    assertEquals(4_096, bodies.getFirst().getInteger("wrappingKeyBits"));
    String file = file("wrapped", new byte[] {1, 2, 3}, "rw-r--r--").toString();
    CliRun sent =
        run(
            "key",
            "import",
            "--import",
            ID,
            "--wrapped-file",
            file,
            "--key-check-value",
            "0011223344",
            "--version-of",
            "orders");
    assertEquals(ExitCodes.PENDING, sent.exitCode(), sent::err);
    assertEquals("AQID", bodies.get(1).getString("wrappedMaterial"));
    assertEquals("orders", bodies.get(1).getString("versionOf"));
  }

  @Test
  void asksForAnExportAndFetchesIt() throws Exception {
    String recipient =
        file("recipient.pem", pem.getBytes(StandardCharsets.US_ASCII), "rw-r--r--").toString();
    CliRun asked =
        run("key", "export", "orders", "--key-version", "2", "--recipient-key-file", recipient);
    assertEquals(ExitCodes.PENDING, asked.exitCode(), asked::err);
    assertEquals("POST /v1/keys/orders/versions/2/export", lines.getFirst());
    assertEquals(pem, bodies.getFirst().getString("recipientPublicKey"));
    CliRun fetched = run("key", "export", "--approval", ID, "--output", "json");
    assertEquals("AAAA", new JsonObject(fetched.text()).getString("wrappedMaterial"));
    assertFalse(run("key", "export", "orders").exitCode() == ExitCodes.OK);
  }
}
