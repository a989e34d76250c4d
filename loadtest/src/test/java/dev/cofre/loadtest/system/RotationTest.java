package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Keys that all fall due at once are rotated beside traffic with them, of which nothing fails. */
@ExtendWith(SystemExtension.class)
class RotationTest {
  private static final int MAKERS = 8;
  private static final byte[] PLAINTEXT = new byte[200];

  private Deployment deployment;

  @Test
  void besideTraffic(Workspace workspace) throws Exception {
    rotate(workspace, 120, 10, "sunpkcs11", Duration.ofMinutes(3));
  }

  @Test
  @Tag("full")
  void tenThousandBesideTraffic(Workspace workspace) throws Exception {
    rotate(workspace, 10_000, 10, "sunpkcs11", Duration.ofMinutes(15));
  }

  @Test
  @Tag("full")
  void tenThousandThroughTheModulesOwnFunctions(Workspace workspace) throws Exception {
    rotate(workspace, 10_000, 10, "ffm", Duration.ofMinutes(15));
  }

  /** One key in {@code hsmEvery} has a token object of its own for each version. */
  private void rotate(Workspace workspace, int keys, int hsmEvery, String backend, Duration limit)
      throws Exception {
    deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("hsm.backend", backend);
    deployment.settings(Cofre.CONTROL_PLANE).put("scheduler.periodMs", "200");
    Child control = deployment.startBoth()[0];
    long beginNs = System.nanoTime();
    make(keys, hsmEvery);
    System.out.printf("%d keys made in %d ms%n", keys, since(beginNs));
    Api app = deployment.dataApi("app");
    Await.until(
        "the last key encrypts",
        Duration.ofMinutes(2),
        () -> app.raw(encrypt(keys - 1), PLAINTEXT).status() == 200);

    try (Traffic traffic = new Traffic(app, keys)) {
      Await.until("traffic runs", Duration.ofSeconds(60), () -> traffic.served.get() > 20);
      // A year later: every key is due.
      assertEquals(0, control.terminate());
      deployment
          .settings(Cofre.CONTROL_PLANE)
          .put("dev.clockOffsetMs", Long.toString(Duration.ofDays(400).toMillis()));
      Child rotating = deployment.startControlPlane();
      Api auditor = deployment.controlApi("auditor");
      long dueNs = System.nanoTime();
      Await.until(
          "all keys are rotated", limit, () -> traffic.isOver() || versions(auditor, keys, 1) == 0);
      System.out.printf("%d keys rotated %d ms after they were due%n", keys, since(dueNs));
      traffic.assertServed();
      assertFalse(rotating.err().contains("removed the half-made"), "it took back its own work");
    }
    assertEquals(keys, versions(deployment.controlApi("auditor"), keys, 2), "each of them once");
    Await.until(
        "the node encrypts by the new version",
        Duration.ofMinutes(2),
        () -> app.raw(encrypt(0), PLAINTEXT).body()[27] == 2);
  }

  private static long since(long beginNs) {
    return (System.nanoTime() - beginNs) / 1_000_000;
  }

  private static String encrypt(int key) {
    return "/v1/keys/due-" + key + "/encrypt";
  }

  private void make(int keys, int hsmEvery) throws Exception {
    Api officer = deployment.controlApi("crypto-officer");
    AtomicInteger next = new AtomicInteger();
    List<CompletableFuture<Void>> makers = new ArrayList<>();
    for (int i = 0; i < MAKERS; i++) {
      makers.add(
          CompletableFuture.runAsync(
              () -> {
                for (int key = next.getAndIncrement(); key < keys; key = next.getAndIncrement()) {
                  make(officer, key, hsmEvery);
                }
              },
              task -> Thread.ofPlatform().start(task)));
    }
    makers.forEach(CompletableFuture::join);
    JsonObject grant =
        new JsonObject(Keys.grant("due", List.of("due-*"))).put("environment", "dev");
    Answer granted =
        deployment.controlApi("security-admin").json("/v1/policies", statements(grant).encode());
    assertEquals(201, granted.status(), granted::toString);
  }

  /** A document of statements: the short form names keys one by one. */
  private static JsonObject statements(JsonObject grant) {
    String name = (String) grant.remove("name");
    return new JsonObject().put("name", name).put("statements", new JsonArray().add(grant));
  }

  private static void make(Api officer, int key, int hsmEvery) {
    JsonObject document =
        new JsonObject(Keys.document("due-" + key))
            .put("protection", key % hsmEvery == 0 ? "HSM" : "SOFTWARE");
    try {
      Answer answer = officer.json("/v1/keys", document.encode());
      assertEquals(201, answer.status(), answer::toString);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** How many of the keys have {@code version} as their current one. */
  private static int versions(Api auditor, int keys, int version) throws Exception {
    int found = 0;
    int seen = 0;
    String after = "";
    while (after != null) {
      JsonObject page = auditor.get("/v1/keys?limit=500" + after).json();
      for (Object item : page.getJsonArray("items")) {
        JsonObject key = (JsonObject) item;
        if (key.getString("alias").startsWith("due-")) {
          seen++;
          found += key.getInteger("currentVersion") == version ? 1 : 0;
        }
      }
      String next = page.getString("next");
      after = next == null ? null : "&after=" + next;
    }
    assertEquals(keys, seen);
    return found;
  }

  /** Encrypts with one key after the other, at random, and decrypts what an older one made. */
  private static final class Traffic implements AutoCloseable {
    private static final int CALLERS = 2;
    private static final int KEPT = 100;
    private static final long PAUSE_MS = 2;

    final AtomicInteger served = new AtomicInteger();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<CompletableFuture<Void>> callers = new ArrayList<>();

    Traffic(Api app, int keys) {
      for (int i = 0; i < CALLERS; i++) {
        Random random = new Random(i);
        callers.add(
            CompletableFuture.runAsync(
                () -> run(app, keys, random), task -> Thread.ofPlatform().start(task)));
      }
    }

    private void run(Api app, int keys, Random random) {
      List<byte[]> kept = new ArrayList<>();
      try {
        do {
          Answer sealed = app.raw(encrypt(random.nextInt(keys)), PLAINTEXT);
          assertEquals(200, sealed.status(), sealed::toString);
          if (kept.size() < KEPT) {
            kept.add(sealed.body());
          } else {
            byte[] old = kept.set(random.nextInt(KEPT), sealed.body());
            Answer opened = app.raw("/v1/decrypt", old);
            assertEquals(200, opened.status(), opened::toString);
            assertArrayEquals(PLAINTEXT, opened.body());
          }
          served.incrementAndGet();
        } while (!stopping.await(PAUSE_MS, TimeUnit.MILLISECONDS));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    /** Whether a caller met a failure. */
    boolean isOver() {
      return callers.stream().anyMatch(CompletableFuture::isDone);
    }

    void assertServed() {
      stopping.countDown();
      callers.forEach(CompletableFuture::join);
      assertTrue(served.get() > 0);
      System.out.println(served + " turns of traffic, none failed");
    }

    @Override
    public void close() {
      stopping.countDown();
    }
  }
}
