package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How soon a change is in force on each of three data plane nodes, whether {@code wait=enforced}
 * tells the truth, and what a node does that is cut off.
 */
@ExtendWith(SystemExtension.class)
class EnforcementTest {
  private static final String ENCRYPT = "/v1/keys/changing/encrypt";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long P99_MS_MAX = 1_000;
  private static final int SERIES_MAX = 3;
  private static final byte[] PLAINTEXT = new byte[100];

  private final List<Api> nodes = new ArrayList<>();
  private Deployment deployment;
  private Api officer;
  private Api admin;

  /** A change, and what a request answers where it is in force. */
  private record Change(String method, String path, String body, String outcome) {}

  @Test
  void changesAreInForceOnThreeNodes(Workspace workspace) throws Exception {
    start(workspace);
    measure(8);
    waitedForTheyAreInForceAtOnce();
  }

  @Test
  @Tag("full")
  void manyChangesAreInForceOnThreeNodes(Workspace workspace) throws Exception {
    start(workspace);
    measure(100);
  }

  private void start(Workspace workspace) throws Exception {
    deployment = Deployment.create(workspace, "planes");
    deployment.startBoth();
    nodes.add(deployment.dataApi("app"));
    for (int i = 2; i <= 3; i++) {
      nodes.add(another("data-" + i, 2 * i + 2, Map.of()));
    }
    officer = deployment.controlApi("crypto-officer");
    admin = deployment.controlApi("security-admin");
    assertEquals(201, officer.json("/v1/keys", Keys.document("changing")).status());
    assertEquals(201, admin.json("/v1/policies", grant("encrypt")).status());
    for (Api node : nodes) {
      Await.until("the key encrypts", LIMIT, () -> outcome(node).equals("200"));
    }
  }

  private Api another(String name, int offset, Map<String, String> more) throws Exception {
    Map<String, String> settings = deployment.another(Cofre.DATA_PLANE, name, offset);
    settings.putAll(more);
    deployment.startReady(Cofre.DATA_PLANE, settings);
    return Api.at("http://127.0.0.1:" + settings.get("http.port"), null)
        .as(deployment.token("app"));
  }

  private static String grant(String action) {
    return new JsonObject(Keys.grant("changing", List.of("changing")))
        .put("actions", new JsonArray(List.of(action)))
        .encode();
  }

  private static List<Change> round() {
    return List.of(
        new Change("POST", "/v1/keys/changing/disable", "{}", "409 key_disabled"),
        new Change("POST", "/v1/keys/changing/enable", "{}", "200"),
        new Change("PUT", "/v1/policies/changing", grant("decrypt"), "403 forbidden"),
        new Change("PUT", "/v1/policies/changing", grant("encrypt"), "200"));
  }

  private static String outcome(Api node) throws Exception {
    return node.raw(ENCRYPT, PLAINTEXT).outcome();
  }

  private JsonObject make(Change change, String query) throws Exception {
    Api who = change.path.startsWith("/v1/keys") ? officer : admin;
    Answer answer =
        who.send(
            who.request(change.path + query)
                .header("Content-Type", Api.JSON)
                .method(change.method, HttpRequest.BodyPublishers.ofString(change.body))
                .build());
    assertEquals(200, answer.status(), answer::toString);
    return answer.json();
  }

  /** A machine that stands still for a second is told from a slow plane: the best series counts. */
  private void measure(int rounds) throws Exception {
    long p99 = Long.MAX_VALUE;
    for (int i = 0; i < SERIES_MAX && p99 > P99_MS_MAX; i++) {
      p99 = p99Ms(rounds);
    }
    assertTrue(p99 <= P99_MS_MAX, "p99 " + p99 + " ms");
  }

  /** Each node is asked again and again from the answer on, beside a light load. */
  private long p99Ms(int rounds) throws Exception {
    List<Long> timesMs = new ArrayList<>();
    try (LightLoad load = new LightLoad(nodes)) {
      for (int i = 0; i < rounds; i++) {
        for (Change change : round()) {
          make(change, "");
          long answeredNs = System.nanoTime();
          List<CompletableFuture<Long>> seen = new ArrayList<>();
          for (Api node : nodes) {
            seen.add(
                CompletableFuture.supplyAsync(
                    () -> inForceAfterMs(node, change, answeredNs),
                    task -> Thread.ofPlatform().start(task)));
          }
          for (CompletableFuture<Long> one : seen) {
            timesMs.add(one.get(2, TimeUnit.MINUTES));
          }
        }
      }
      load.assertServed();
    }
    long[] sorted = timesMs.stream().mapToLong(ms -> ms).sorted().toArray();
    long p99 = sorted[(int) Math.ceil(0.99 * sorted.length) - 1];
    System.out.printf(
        "%d changes on 3 nodes: in force after p50 %d ms, p99 %d ms, max %d ms%n",
        sorted.length / 3, sorted[sorted.length / 2], p99, Arrays.stream(sorted).max().orElse(0));
    return p99;
  }

  private static long inForceAfterMs(Api node, Change change, long answeredNs) {
    try {
      Await.until(change.path + " is in force", LIMIT, () -> outcome(node).equals(change.outcome));
      return (System.nanoTime() - answeredNs) / 1_000_000;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The first request after the answer meets the change, on each node. */
  private void waitedForTheyAreInForceAtOnce() throws Exception {
    for (Change change : round()) {
      long beginNs = System.nanoTime();
      JsonObject enforcement =
          make(change, "?wait=enforced&waitMs=25000").getJsonObject("enforcement");
      long tookMs = (System.nanoTime() - beginNs) / 1_000_000;
      assertTrue(enforcement.getBoolean("complete"), enforcement::encode);
      assertEquals(
          List.of("data-1", "data-2", "data-3"), names(enforcement, "acknowledged"), "all of them");
      for (Api node : nodes) {
        assertEquals(change.outcome, outcome(node), change.path);
      }
      System.out.println(change.path + " in force everywhere, said after " + tookMs + " ms");
    }
  }

  private static List<String> names(JsonObject enforcement, String state) {
    return enforcement.getJsonArray("nodes").stream()
        .map(JsonObject.class::cast)
        .filter(node -> node.getString("state").equals(state))
        .map(node -> node.getString("node"))
        .sorted()
        .toList();
  }

  /** It serves on by what it knows until its time is over, and never after the answer said so. */
  @Test
  void aNodeThatIsCutOffIsFencedWhenTheAnswerSaysSo(Workspace workspace) throws Exception {
    deployment = Deployment.create(workspace, "planes");
    deployment.startBoth();
    officer = deployment.controlApi("crypto-officer");
    try (Relay relay = new Relay(deployment.controlPort())) {
      Api far =
          another(
              "data-2",
              6,
              Map.of(
                  "snapshot.maxAgeMs", "4000", "control.url", "http://127.0.0.1:" + relay.port()));
      assertEquals("200", far.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome());
      relay.cut();
      Answer answer = officer.json("/v1/keys/demo/disable?wait=enforced&waitMs=0", "{}");
      assertEquals(200, answer.status(), answer::toString);
      JsonObject first = answer.json().getJsonObject("enforcement");
      assertFalse(first.getBoolean("complete"), first::encode);
      JsonObject told = untilComplete(first);
      assertEquals(List.of("data-2"), names(told, "fenced"), told::encode);
      assertEquals(List.of("data-1"), names(told, "acknowledged"), told::encode);
      assertEquals("503 policy_stale", far.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome());
      assertEquals(
          "409 key_disabled",
          deployment.dataApi("app").raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome());
      relay.mend();
      Await.until(
          "it follows again",
          LIMIT,
          () -> far.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome().equals("409 key_disabled"));
    }
  }

  private JsonObject untilComplete(JsonObject first) throws Exception {
    String path =
        "/v1/nodes/enforcement?epoch="
            + first.getLong("epoch")
            + "&revision="
            + first.getLong("revision")
            + "&waitMs=25000";
    JsonObject now = first;
    long beginNs = System.nanoTime();
    while (!now.getBoolean("complete")) {
      assertTrue(System.nanoTime() - beginNs < LIMIT.toNanos(), now::encode);
      now = officer.get(path).json().getJsonObject("enforcement");
    }
    System.out.println(
        "a node that is cut off is known to be fenced after "
            + (System.nanoTime() - beginNs) / 1_000_000
            + " ms, with a limit of 4000");
    return now;
  }

  /** Changes through one control plane, nodes at another one of the same PostgreSQL. */
  @Test
  @Tag("full")
  void nodesMayAskAnyControlPlane(Workspace workspace) throws Exception {
    try (Postgres postgres = Postgres.start(workspace.resolve("postgres"))) {
      deployment = Deployment.create(workspace, "planes");
      postgres.serve(deployment);
      deployment.startBoth();
      Map<String, String> second = deployment.another(Cofre.CONTROL_PLANE, "control-2", 5);
      deployment.startReady(Cofre.CONTROL_PLANE, second);
      String other = "http://127.0.0.1:" + second.get("http.port");
      Api far = another("data-2", 8, Map.of("control.url", other));
      officer = Api.at(other, null).as(deployment.token("crypto-officer"));
      for (String move : List.of("disable", "enable")) {
        Answer answer = officer.json("/v1/keys/demo/" + move + "?wait=enforced&waitMs=25000", "{}");
        JsonObject told = answer.json().getJsonObject("enforcement");
        assertEquals(List.of("data-1", "data-2"), names(told, "acknowledged"), told::encode);
        String expected = move.equals("enable") ? "200" : "409 key_disabled";
        for (Api node : List.of(deployment.dataApi("app"), far)) {
          assertEquals(expected, node.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome());
        }
      }
    }
  }

  /**
   * A few requests a second to each node, with a key that nobody changes; each must be answered.
   */
  private static final class LightLoad implements AutoCloseable {
    private static final long PAUSE_MS = 20;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger served = new AtomicInteger();
    private final List<CompletableFuture<Void>> running = new ArrayList<>();

    LightLoad(List<Api> nodes) {
      for (Api node : nodes) {
        running.add(
            CompletableFuture.runAsync(() -> run(node), task -> Thread.ofPlatform().start(task)));
      }
    }

    private void run(Api node) {
      try {
        do {
          assertEquals("200", node.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome());
          served.incrementAndGet();
        } while (!stopping.await(PAUSE_MS, TimeUnit.MILLISECONDS));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    void assertServed() {
      stopping.countDown();
      running.forEach(CompletableFuture::join);
      System.out.println(served + " requests beside it, none refused");
    }

    @Override
    public void close() {
      stopping.countDown();
    }
  }
}
