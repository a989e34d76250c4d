package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes answer with {@code wait=enforced}, as nodes ask and acknowledge. */
class EnforcementApiTest {
  private static final String A = "a".repeat(32);
  private static final String B = "b".repeat(32);
  private static final long LONG_MS = 300_000;

  @TempDir Path directory;
  private TestPlane plane;

  @BeforeEach
  void start() throws Exception {
    plane = TestPlane.in(directory);
  }

  @AfterEach
  void stop() {
    plane.close();
  }

  @Test
  void withoutNodesNothingIsWaitedFor() throws Exception {
    JsonObject key = disable("wait=enforced");
    assertEquals("DISABLED", key.getString("state"), "the answer is what it is without a wait");
    JsonObject enforcement = key.getJsonObject("enforcement");
    assertTrue(enforcement.getBoolean("complete"));
    assertEquals(new JsonArray(), enforcement.getJsonArray("nodes"));
    assertFalse(disable("").containsKey("enforcement"));
  }

  @Test
  void answersOnceEachNodeHasAcknowledged() throws Exception {
    ask(A, 0, LONG_MS);
    ask(B, 0, LONG_MS);
    CompletableFuture<JsonObject> waiting = disabling("wait=enforced&waitMs=25000");
    awaitWaiting();
    long revision = revision();
    ask(A, revision - 1, LONG_MS);
    assertFalse(waiting.isDone());
    ask(A, revision, LONG_MS);
    ask(B, revision, LONG_MS);
    JsonObject enforcement = waiting.get(120, TimeUnit.SECONDS).getJsonObject("enforcement");
    assertTrue(enforcement.getBoolean("complete"), enforcement::encode);
    assertEquals(revision, enforcement.getLong("revision"));
    for (String instance : new String[] {A, B}) {
      JsonObject node = node(enforcement, instance);
      assertEquals("acknowledged", node.getString("state"));
      assertEquals(revision, node.getLong("revision"));
      assertEquals("node-" + instance.charAt(0), node.getString("node"));
    }
    Instant until = Instant.parse(enforcement.getString("dataKeysUntil"));
    assertTrue(until.isAfter(Instant.now().plusSeconds(50)), "the node's data keys live 60 s");
  }

  @Test
  void saysWhoIsPendingAndUntilWhenAtMost() throws Exception {
    ask(A, 0, LONG_MS);
    JsonObject enforcement = disable("wait=enforced&waitMs=200").getJsonObject("enforcement");
    assertFalse(enforcement.getBoolean("complete"));
    assertNull(enforcement.getString("dataKeysUntil"));
    JsonObject node = node(enforcement, A);
    assertEquals("pending", node.getString("state"));
    Instant fencedAt = Instant.parse(node.getString("fencedAt"));
    Duration left = Duration.between(Instant.now(), fencedAt);
    assertTrue(left.toMillis() > LONG_MS - 20_000, left::toString);

    long revision = enforcement.getLong("revision");
    ask(A, revision, LONG_MS);
    JsonObject later = enforcement(enforcement.getLong("epoch"), revision, 20_000);
    assertTrue(later.getBoolean("complete"), later::encode);
  }

  @Test
  void aNodeWhoseLeaseHasRunOutIsFenced() throws Exception {
    ask(A, 0, 100);
    JsonObject enforcement = disable("wait=enforced&waitMs=25000").getJsonObject("enforcement");
    assertTrue(enforcement.getBoolean("complete"), enforcement::encode);
    JsonObject node = node(enforcement, A);
    assertEquals("fenced", node.getString("state"));
    JsonObject listed = nodes().getJsonArray("items").getJsonObject(0);
    assertEquals("fenced", listed.getString("state"));
    assertEquals(node.getString("at"), listed.getString("fencedAt"));
    // The margin beyond what it told: clocks go apart.
    assertEquals(
        1_101,
        Duration.between(
                Instant.parse(listed.getString("seenAt")),
                Instant.parse(listed.getString("fencedAt")))
            .toMillis());
  }

  @Test
  void aNodeThatStopsOrIsReplacedIsNotWaitedFor() throws Exception {
    ask(A, 0, LONG_MS);
    ask(B, 0, LONG_MS);
    CompletableFuture<JsonObject> waiting = disabling("wait=enforced&waitMs=25000");
    awaitWaiting();
    long revision = revision();
    HttpRequest.Builder leave = plane.request("node", "/v1/nodes/" + A).DELETE();
    assertEquals(204, plane.send(leave).statusCode());
    String next = "c".repeat(32);
    assertEquals(200, statement(next, revision, LONG_MS, "&replaces=" + B).statusCode());
    JsonObject enforcement = waiting.get(120, TimeUnit.SECONDS).getJsonObject("enforcement");
    assertTrue(enforcement.getBoolean("complete"), enforcement::encode);
    assertEquals("stopped", node(enforcement, A).getString("state"));
    assertEquals("stopped", node(enforcement, B).getString("state"));
    assertEquals(1, nodes().getJsonArray("items").size());
  }

  @Test
  void changesOfAccessAreWaitedForToo() throws Exception {
    HttpResponse<String> made =
        plane.post(
            "security-admin",
            "/v1/groups?wait=enforced",
            new JsonObject().put("name", "waited").encode(),
            Map.of());
    assertEquals(201, made.statusCode(), made.body());
    assertTrue(enforcementOf(made).getBoolean("complete"));
    HttpResponse<String> gone =
        plane.send(plane.request("security-admin", "/v1/groups/waited?wait=enforced").DELETE());
    assertEquals(200, gone.statusCode(), "there is something to tell");
    assertTrue(enforcementOf(gone).getBoolean("complete"));
  }

  @Test
  void aRepeatedRequestWaitsAgain() throws Exception {
    Map<String, String> once = Map.of("Idempotency-Key", "once");
    String path = "/v1/keys/demo/disable?wait=enforced&waitMs=100";
    ask(A, 0, LONG_MS);
    HttpResponse<String> first = plane.post("crypto-officer", path, "{}", once);
    assertFalse(enforcementOf(first).getBoolean("complete"));
    ask(A, enforcementOf(first).getLong("revision"), LONG_MS);
    HttpResponse<String> second = plane.post("crypto-officer", path, "{}", once);
    assertTrue(enforcementOf(second).getBoolean("complete"), second::body);
    assertEquals(
        first.headers().firstValue("ETag").orElseThrow(),
        second.headers().firstValue("ETag").orElseThrow());
  }

  @Test
  void refusesWaitsThatMakeNoSense() throws Exception {
    for (String path :
        new String[] {
          "/v1/keys/demo/disable?wait=forever", "/v1/keys/demo/disable?wait=enforced&waitMs=-1"
        }) {
      assertTrue(
          TestPlane.isProblem(plane.post("crypto-officer", path), ErrorCode.INVALID_REQUEST), path);
    }
    assertEquals(
        "ACTIVE",
        new JsonObject(plane.get("crypto-officer", "/v1/keys/demo").body()).getString("state"),
        "nothing was done");
    assertTrue(
        TestPlane.isProblem(
            plane.get("crypto-officer", "/v1/keys?wait=enforced"), ErrorCode.INVALID_REQUEST));
    assertTrue(
        TestPlane.isProblem(
            plane.get("crypto-officer", "/v1/nodes/enforcement?epoch=1"),
            ErrorCode.INVALID_REQUEST));
  }

  @Test
  void aQuestionMustSayWhoAsks() throws Exception {
    for (String missing : new String[] {"node", "instance", "inForce", "leaseMs", "dataKeyMs"}) {
      String query = TestPlane.NODE.replaceAll("(^|&)" + missing + "=[^&]*", "");
      assertTrue(
          TestPlane.isProblem(
              plane.get("node", "/v1/snapshots/statement?" + query + "&nonce=" + "ab".repeat(16)),
              ErrorCode.INVALID_REQUEST),
          missing);
    }
    assertEquals(0, nodes().getJsonArray("items").size());
  }

  private JsonObject disable(String query) throws Exception {
    return disabling(query).get(120, TimeUnit.SECONDS);
  }

  private CompletableFuture<JsonObject> disabling(String query) throws Exception {
    HttpRequest request =
        plane
            .request("crypto-officer", "/v1/keys/demo/disable?" + query)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    return plane
        .http
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(
            answer -> {
              assertEquals(200, answer.statusCode(), answer::body);
              return new JsonObject(answer.body());
            });
  }

  private static JsonObject enforcementOf(HttpResponse<String> answer) {
    return new JsonObject(answer.body()).getJsonObject("enforcement");
  }

  private JsonObject enforcement(long epoch, long revision, long waitMs) throws Exception {
    return enforcementOf(
        plane.get(
            "auditor",
            "/v1/nodes/enforcement?epoch="
                + epoch
                + "&revision="
                + revision
                + "&waitMs="
                + waitMs));
  }

  private JsonObject nodes() throws Exception {
    return new JsonObject(plane.get("platform-admin", "/v1/nodes").body());
  }

  private static JsonObject node(JsonObject enforcement, String instance) {
    return enforcement.getJsonArray("nodes").stream()
        .map(JsonObject.class::cast)
        .filter(node -> node.getString("instance").equals(instance))
        .findFirst()
        .orElseThrow();
  }

  /** The newest revision, of which the last question was told. */
  private long revision() throws Exception {
    ask(A, 0, LONG_MS);
    return plane.metric("cofre_controlplane_snapshot_revision");
  }

  private void awaitWaiting() throws Exception {
    Await.until("it waits", () -> plane.metric("cofre_controlplane_enforcement_waits") > 0);
  }

  private void ask(String instance, long revision, long leaseMs) throws Exception {
    assertEquals(200, statement(instance, revision, leaseMs, "").statusCode());
  }

  private HttpResponse<byte[]> statement(String instance, long revision, long leaseMs, String more)
      throws Exception {
    return plane.http.send(
        plane.request("node", question(instance, revision, leaseMs, more)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String question(String instance, long revision, long leaseMs, String more) {
    return "/v1/snapshots/statement?node=node-%s&instance=%s&inForce=1.%d&leaseMs=%d&dataKeyMs=60000&nonce=%s%s"
        .formatted(instance.charAt(0), instance, revision, leaseMs, "ab".repeat(16), more);
  }
}
