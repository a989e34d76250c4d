package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.transparency.Checkpoint;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.contract.transparency.TreeHashes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's heads are kept, and one that does not continue the one before raises an alarm. */
class AuditHeadApiTest {
  @TempDir static Path directory;
  private static TestPlane plane;
  private static KeyPair pair;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    pair = pair();
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static KeyPair pair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static byte[] hashes(long seed) {
    byte[] hashes = new byte[100 * MerkleHash.LENGTH];
    new Random(seed).nextBytes(hashes);
    return hashes;
  }

  private static String head(KeyPair signer, String origin, byte[] hashes, int size)
      throws GeneralSecurityException {
    CompactRange range = new CompactRange();
    for (int i = 0; i < size; i++) {
      range.append(hashes, i * MerkleHash.LENGTH);
    }
    Checkpoint checkpoint = SignedHead.checkpoint(origin, size, range.root(), Instant.EPOCH);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(signer.getPrivate());
    signature.update(checkpoint.text().getBytes(StandardCharsets.UTF_8));
    return new NoteKey(origin, signer.getPublic())
        .note(checkpoint.text(), signature.sign())
        .toString();
  }

  private static HttpResponse<String> report(
      KeyPair signer, String origin, byte[] hashes, int from, int size) throws Exception {
    JsonArray proof = new JsonArray();
    MerkleProofs.consistency(TreeHashes.of(hashes), from, size)
        .forEach(hash -> proof.add(CanonicalBase64.encode(hash)));
    JsonObject report =
        new JsonObject()
            .put("head", head(signer, origin, hashes, size))
            .put("key", new NoteKey(origin, signer.getPublic()).toString())
            .put("from", from)
            .put("proof", proof);
    return plane.post("node", "/v1/audit/heads", report.encode(), Map.of());
  }

  private static void assertAnswer(boolean kept, long size, HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    JsonObject body = new JsonObject(answer.body());
    assertEquals(kept, body.getBoolean("kept"));
    assertEquals(size, body.getLong("size"));
  }

  private static List<JsonObject> alarms(String origin) throws Exception {
    JsonArray items =
        new JsonObject(plane.get("auditor", "/v1/notices?limit=500").body()).getJsonArray("items");
    return items.stream()
        .map(JsonObject.class::cast)
        .filter(notice -> notice.getString("kind").equals("audit-log-inconsistent"))
        .filter(notice -> notice.getString("subject").startsWith(origin + ":"))
        .toList();
  }

  @Test
  void headsThatContinueEachOtherAreKept() throws Exception {
    String origin = "cofre-audit/grows/segment";
    byte[] hashes = hashes(1);
    assertAnswer(true, 3, report(pair, origin, hashes, 0, 3));
    assertAnswer(true, 3, report(pair, origin, hashes, 0, 3));
    assertAnswer(false, 3, report(pair, origin, hashes, 2, 10));
    assertAnswer(true, 10, report(pair, origin, hashes, 3, 10));
    assertAnswer(true, 64, report(pair, origin, hashes, 10, 64));
    JsonArray items =
        new JsonObject(plane.get("auditor", "/v1/audit/heads").body()).getJsonArray("items");
    JsonObject kept =
        items.stream()
            .map(JsonObject.class::cast)
            .filter(item -> item.getString("origin").equals(origin))
            .findFirst()
            .orElseThrow();
    assertEquals(64, kept.getLong("size"));
    assertTrue(
        new NoteKey(origin, pair.getPublic())
            .verifies(SignedHead.parse(kept.getString("head")).note()));
    assertTrue(alarms(origin).isEmpty());
    assertFalse(kept.getString("receivedAt").isEmpty());
  }

  @Test
  void aHeadThatDoesNotIsRefusedAndTold() throws Exception {
    byte[] hashes = hashes(2);
    byte[] others = hashes(3);
    String rewritten = "cofre-audit/rewritten/segment";
    report(pair, rewritten, hashes, 0, 20);
    assertRefused(rewritten, report(pair, rewritten, others, 20, 30));
    String cut = "cofre-audit/cut/segment";
    report(pair, cut, hashes, 0, 20);
    assertRefused(cut, report(pair, cut, hashes, 0, 19));
    String same = "cofre-audit/same/segment";
    report(pair, same, hashes, 0, 20);
    assertRefused(same, report(pair, same, others, 0, 20));
    String key = "cofre-audit/key/segment";
    report(pair, key, hashes, 0, 20);
    assertRefused(key, report(pair(), key, hashes, 20, 30));
    assertAnswer(true, 30, report(pair, key, hashes, 20, 30));
  }

  private static void assertRefused(String origin, HttpResponse<String> answer) throws Exception {
    assertTrue(TestPlane.isProblem(answer, ErrorCode.CONFLICT), answer::body);
    assertEquals(1, alarms(origin).size());
  }

  @Test
  void whatIsNoHeadIsRefused() throws Exception {
    for (String body :
        List.of(
            "{}",
            "{\"head\":\"x\",\"key\":\"k\",\"from\":0,\"proof\":[]}",
            "{\"head\":1,\"key\":2,\"from\":\"a\",\"proof\":3}")) {
      assertTrue(
          TestPlane.isProblem(
              plane.post("node", "/v1/audit/heads", body, Map.of()), ErrorCode.INVALID_REQUEST),
          body);
    }
    assertTrue(TestPlane.isProblem(plane.get("app", "/v1/audit/heads"), ErrorCode.FORBIDDEN));
  }
}
