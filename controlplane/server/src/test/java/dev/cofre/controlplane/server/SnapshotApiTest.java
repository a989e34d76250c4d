package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.hsm.Stalls;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotApiTest {
  @TempDir static Path directory;
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  void givesAFreshNodeEverything() throws Exception {
    Statement all = ask(0, 0, "", 0).get();
    assertEquals(1, all.getEpoch());
    assertEquals(0, all.getFromRevision());
    assertTrue(all.getFromDigest().isEmpty());
    assertTrue(all.getKeysList().stream().anyMatch(key -> key.getAlias().equals("demo")));
    assertTrue(
        all.getKeysList().stream()
            .flatMap(key -> key.getVersionsList().stream())
            .allMatch(version -> version.getKekLabel().startsWith("kek-")));
    assertTrue(
        all.getPrincipalsList().stream()
            .anyMatch(p -> p.getId().equals("app") && p.getTokenDigestsCount() == 1));
    assertFalse(all.getPrincipalsList().stream().anyMatch(p -> p.getId().equals("node")));
    assertEquals(
        1,
        all.getPoliciesList().stream()
            .flatMap(p -> p.getStatementsList().stream())
            .filter(statement -> statement.getActionsCount() == 4)
            .count());
    assertEquals(300_000, all.getNotAfterMs() - all.getIssuedAtMs());
  }

  @Test
  void resumesWithWhatChanged() throws Exception {
    Statement base = ask(0, 0, "", 0).get();
    plane.createKey("resumed");
    Statement delta = after(base, 20_000).get();
    assertEquals(base.getRevision(), delta.getFromRevision());
    assertEquals(base.getDigest(), delta.getFromDigest());
    assertEquals(1, delta.getKeysCount());
    assertEquals("resumed", delta.getKeys(0).getAlias());
    assertEquals(0, delta.getPrincipalsCount());
    assertEquals(0, delta.getPoliciesCount());
  }

  @Test
  void givesAForkedNodeEverything() throws Exception {
    Statement base = ask(0, 0, "", 0).get();
    String other = HexFormat.of().formatHex(new byte[32]);
    assertEquals(
        0, ask(base.getEpoch(), base.getRevision(), other, 20_000).get().getFromRevision());
    assertEquals(
        0, ask(9, base.getRevision(), hex(base.getDigest()), 20_000).get().getFromRevision());
    assertEquals(
        0,
        ask(base.getEpoch(), base.getRevision() + 9, hex(base.getDigest()), 20_000)
            .get()
            .getFromRevision());
  }

  @Test
  void holdsUntilAChangeAndWakesAtOnce() throws Exception {
    plane.createKey("woken");
    Statement base = ask(0, 0, "", 0).get();
    CompletableFuture<Statement> held = after(base, 20_000);
    Await.until("a request is held", () -> heldRequests() >= 1);
    assertFalse(held.isDone());

    Statement delta;
    long tookMs;
    try (Stalls stalls = new Stalls()) {
      long begin = System.nanoTime();
      plane.post("crypto-officer", "/v1/keys/woken/disable");
      delta = held.get(60, TimeUnit.SECONDS);
      tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) - stalls.ms();
    }

    assertEquals(KeyState.KEY_STATE_DISABLED, delta.getKeys(0).getState());
    assertTrue(tookMs < 1_000, tookMs + " ms");
  }

  @Test
  void answersFreshlyWhenNothingChanged() throws Exception {
    Statement base = ask(0, 0, "", 0).get();
    long begin = System.nanoTime();
    Statement empty = after(base, 300).get();
    assertTrue(System.nanoTime() - begin >= TimeUnit.MILLISECONDS.toNanos(290));
    assertEquals(base.getRevision(), empty.getFromRevision());
    assertEquals(base.getRevision(), empty.getRevision());
    assertEquals(0, empty.getKeysCount());
    assertTrue(empty.getIssuedAtMs() >= base.getIssuedAtMs());
  }

  @Test
  void isForNodesAndWellFormedRequests() throws Exception {
    String path = "/v1/snapshots/statement?" + TestPlane.NODE + "&nonce=" + "ab".repeat(16);
    assertTrue(TestPlane.isProblem(plane.get(null, path), ErrorCode.UNAUTHENTICATED));
    assertTrue(TestPlane.isProblem(plane.get("auditor", path), ErrorCode.FORBIDDEN));
    for (String query :
        new String[] {
          "", "nonce=ab", "nonce=zz", "nonce=" + "ab".repeat(65), "from=-1&nonce=" + "ab".repeat(16)
        }) {
      assertTrue(
          TestPlane.isProblem(
              plane.get("node", "/v1/snapshots/statement?" + TestPlane.NODE + "&" + query),
              ErrorCode.INVALID_REQUEST),
          query);
    }
    plane.get("node", path);
    plane.get("node", path);
    assertEquals(
        1,
        plane.audit().stream()
            .filter(
                event ->
                    event.getString("action").equals("snapshot:read")
                        && event.getString("outcome").equals("allowed"))
            .count());
  }

  @Test
  void theChainGoesOnAfterARestart(@TempDir Path own) throws Exception {
    TestPlane first = TestPlane.in(own);
    first.close();
    try (TestPlane second = TestPlane.in(own)) {
      second.createKey("after-restart");
      assertEquals(200, second.get("app", "/v1/keys/demo").statusCode());
    }
  }

  private static CompletableFuture<Statement> after(Statement base, long waitMs) throws Exception {
    return ask(base.getEpoch(), base.getRevision(), hex(base.getDigest()), waitMs);
  }

  private static CompletableFuture<Statement> ask(long epoch, long from, String digest, long waitMs)
      throws Exception {
    byte[] nonce = KernelRandom.INSTANCE.bytes(24);
    String path =
        "/v1/snapshots/statement?%s&epoch=%d&from=%d&digest=%s&nonce=%s&waitMs=%d"
            .formatted(
                TestPlane.NODE, epoch, from, digest, HexFormat.of().formatHex(nonce), waitMs);
    SnapshotVerifier verifier =
        SnapshotVerifier.fromPem(Files.readString(directory.resolve("snapshot.pem")));
    return plane
        .http
        .sendAsync(plane.request("node", path).build(), HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(
            response -> {
              assertEquals(200, response.statusCode());
              try {
                Statement statement =
                    Statement.parseFrom(verifier.verify(response.body()).toByteString());
                assertArrayEquals(nonce, statement.getNonce().toByteArray());
                return statement;
              } catch (SnapshotRejectedException | InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            });
  }

  private static int heldRequests() throws Exception {
    return plane
        .get(null, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("cofre_controlplane_snapshot_requests_held "))
        .mapToInt(line -> Integer.parseInt(line.split(" ")[1]))
        .sum();
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
