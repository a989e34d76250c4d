package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.hsm.Stalls;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * PostgreSQL away for a while: nodes are served, even one that starts; writes are refused at once;
 * all heals by itself.
 */
@ExtendWith(SystemExtension.class)
class StoreAwayTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final Duration BACK_LIMIT = Duration.ofSeconds(60);

  /** The first write after the outage began waits for a connection; those after it do not. */
  private static final long FIRST_REFUSAL_MS_MAX = 8_000;

  private static final long REFUSAL_MS_MAX = 3_500;

  @Test
  void forAFewSeconds(Workspace workspace) throws Exception {
    away(workspace, Duration.ofSeconds(8), false);
  }

  @Test
  void standingStillForAFewSeconds(Workspace workspace) throws Exception {
    away(workspace, Duration.ofSeconds(15), true);
  }

  @Test
  @Tag("full")
  void forAMinute(Workspace workspace) throws Exception {
    away(workspace, Duration.ofSeconds(60), false);
  }

  private static void away(Workspace workspace, Duration time, boolean frozen) throws Exception {
    try (Postgres postgres = Postgres.start(workspace.resolve("postgres"))) {
      Deployment deployment = Deployment.create(workspace, "planes");
      postgres.serve(deployment);
      Child[] planes = deployment.startBoth();
      Api officer = deployment.controlApi("crypto-officer");
      assertEquals(201, officer.json("/v1/keys", Keys.document("before")).status());
      try (Traffic traffic = new Traffic(deployment.dataApi("app"))) {
        if (frozen) {
          postgres.freeze();
        } else {
          postgres.stop();
        }
        long wentNs = System.nanoTime();
        writesAreRefused(officer, wentNs, time, deployment);
        if (frozen) {
          postgres.thaw();
        } else {
          postgres.start();
        }
        comesBack(deployment, officer);
        traffic.assertServed();
      }
      assertEquals(0, planes[1].terminate());
      assertEquals(0, planes[0].terminate());
    }
  }

  private static void writesAreRefused(
      Api officer, long wentNs, Duration time, Deployment deployment) throws Exception {
    long first = refused(officer);
    assertTrue(first < FIRST_REFUSAL_MS_MAX, first + " ms to the first refusal");
    startsWithWhatTheControlPlaneRemembers(deployment, wentNs);
    long slowest = 0;
    int refusals = 0;
    while (System.nanoTime() - wentNs < time.toNanos()) {
      slowest = Math.max(slowest, refused(officer));
      refusals++;
    }
    Answer ready = officer.get("/health/ready");
    assertEquals(503, ready.status());
    assertTrue(ready.text().contains("\"store\""), ready::toString);
    assertEquals(200, officer.get("/metrics").status());
    System.out.printf(
        "first refusal after %d ms, then %d, the slowest %d ms%n", first, refusals, slowest);
    assertTrue(slowest < REFUSAL_MS_MAX, slowest + " ms to a refusal");
  }

  private static long refused(Api officer) throws Exception {
    try (Stalls stalls = new Stalls()) {
      long begin = System.nanoTime();
      Answer refused = officer.json("/v1/keys", Keys.document("while-away"));
      long ms = (System.nanoTime() - begin) / 1_000_000;
      assertEquals("503 store_unavailable", refused.outcome(), refused::toString);
      assertFalse(refused.header("Retry-After").isEmpty(), "it says when to try again");
      return ms - stalls.ms();
    }
  }

  /** A node that holds nothing starts, and knows that what it was told is not fresh. */
  private static void startsWithWhatTheControlPlaneRemembers(Deployment deployment, long wentNs)
      throws Exception {
    Map<String, String> settings = deployment.another(Cofre.DATA_PLANE, "data-2", 5);
    Child node = deployment.startReady(Cofre.DATA_PLANE, settings);
    Api api = Api.at("http://127.0.0.1:" + settings.get("http.port"), null);
    long awayMs = (System.nanoTime() - wentNs) / 1_000_000;
    double ageMs = Figures.of(api).value("cofre_snapshot_age_ms");
    // It asked at most a moment after the store went.
    assertTrue(ageMs > awayMs - 3_000, "age " + ageMs + " ms, away for " + awayMs + " ms");
    assertEquals(200, api.as(deployment.token("app")).raw(ENCRYPT, new byte[9]).status());
    assertEquals(0, node.terminate());
  }

  private static void comesBack(Deployment deployment, Api officer) throws Exception {
    long ms =
        Await.until(
            "a write is taken again",
            BACK_LIMIT,
            () -> officer.json("/v1/keys", Keys.document("after")).status() == 201);
    System.out.println("writes are taken " + ms + " ms after PostgreSQL is back");
    Await.until("it is ready", BACK_LIMIT, () -> officer.answers("/health/ready", 200));
    Answer granted =
        deployment
            .controlApi("security-admin")
            .json("/v1/policies", Keys.grant("after", List.of("after")));
    assertEquals(201, granted.status(), granted::toString);
    Api data = deployment.dataApi("app");
    Await.until(
        "the node follows what is new",
        BACK_LIMIT,
        () -> data.raw("/v1/keys/after/encrypt", new byte[9]).status() == 200);
    assertEquals(404, officer.get("/v1/keys/while-away").status(), "nothing half-made is seen");
  }

  /** Encryptions one after the other; each must be answered. */
  private static final class Traffic implements AutoCloseable {
    private static final long PAUSE_MS = 5;

    private final AtomicInteger served = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);

    Traffic(Api data) {
      thread = Thread.ofPlatform().start(() -> run(data));
    }

    private void run(Api data) {
      while (stopping.getCount() > 0) {
        try {
          Answer answer = data.raw(ENCRYPT, new byte[9]);
          if (answer.status() == 200) {
            served.incrementAndGet();
          } else {
            failures.add(answer.outcome());
          }
          if (stopping.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
            return;
          }
        } catch (IOException e) {
          failures.add(e.toString());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }

    void assertServed() {
      assertEquals(List.of(), List.copyOf(failures));
      assertTrue(served.get() > 100, served + " served");
      System.out.println(served + " encryptions, none refused");
    }

    @Override
    public void close() {
      stopping.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
