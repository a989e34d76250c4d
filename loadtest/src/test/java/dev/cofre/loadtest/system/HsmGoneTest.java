package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.hsm.Stalls;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A token that vanishes for a while: what is cached is served, the rest is refused at once. */
@ExtendWith(SystemExtension.class)
class HsmGoneTest {
  private static final String DATA_KEYS = "/v1/keys/demo/data-keys";
  private static final String UNAVAILABLE = "503 hsm_unavailable";

  /** How long a call may take that the HSM does not answer: {@code hsm.deadlineMs} and a margin. */
  private static final long REFUSED_MS_MAX = 2_500;

  /** Once the node knows that the HSM is gone, it does not ask it for every request. */
  private static final long REFUSED_FAST_MS_MAX = 500;

  private static final Duration BACK_LIMIT = Duration.ofSeconds(5);
  private static final double RATE = 200;

  @Test
  void forAFewSeconds(Workspace workspace) throws Exception {
    gone(workspace, Duration.ofSeconds(5));
  }

  @Test
  @Tag("full")
  void forHalfAMinute(Workspace workspace) throws Exception {
    gone(workspace, Duration.ofSeconds(30));
  }

  private static void gone(Workspace workspace, Duration time) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child[] planes = deployment.startBoth();
    Api data = deployment.dataApi("app");
    assertEquals("200", newKey(data).outcome());

    LoadPlan plan =
        LoadPlan.of(Pacing.constant(RATE))
            .over(16)
            .within(Duration.ofSeconds(20))
            .lasting(Duration.ofSeconds(2), time.plusSeconds(8));
    FutureTask<LoadResult> load = DataPlaneLoad.both(deployment).start("without HSM", plan);
    Await.until(
        "the load is on",
        Duration.ofSeconds(60),
        () ->
            Figures.of(data).value("cofre_requests_total{action=\"decrypt\",code=\"ok\"}") > RATE);

    Path away = deployment.tokenFolder().resolveSibling("away");
    Files.move(deployment.tokenFolder(), away, StandardCopyOption.ATOMIC_MOVE);
    isRefused(data, time);
    Files.move(away, deployment.tokenFolder(), StandardCopyOption.ATOMIC_MOVE);
    comesBack(data);

    LoadResult result = load.get(2, TimeUnit.MINUTES);
    assertEquals(Map.of(), result.errors(), "what is cached is served throughout");
    assertTrue(planes[1].process().isAlive(), "the data plane was never restarted");
    assertEquals(0, planes[1].terminate());
  }

  private static Answer newKey(Api data) throws IOException, InterruptedException {
    return data.json(DATA_KEYS, "{}");
  }

  private static void isRefused(Api data, Duration time) throws Exception {
    Await.until(
        "a new data key is refused",
        Duration.ofSeconds(60),
        () -> newKey(data).outcome().equals(UNAVAILABLE));
    try (Stalls stalls = new Stalls()) {
      isRefusedFor(data, time, stalls);
    }
  }

  /** What this machine stands still is no time of the node's. */
  private static void isRefusedFor(Api data, Duration time, Stalls stalls) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    long slowest = 0;
    int refused = 0;
    while (System.nanoTime() < end) {
      long start = System.nanoTime();
      long stalledBefore = stalls.ms();
      Answer answer = newKey(data);
      long ms = (System.nanoTime() - start) / 1_000_000 - (stalls.ms() - stalledBefore);
      assertEquals(UNAVAILABLE, answer.outcome());
      assertTrue(!answer.header("Retry-After").isEmpty(), "a hint when to try again");
      assertTrue(ms <= REFUSED_MS_MAX, () -> "refused after " + ms + " ms");
      slowest = Math.max(slowest, ms);
      refused++;
      Answer ready = data.get("/health/ready");
      assertEquals(200, ready.status(), ready::toString);
      assertTrue(ready.json().getJsonArray("degraded").contains("hsm"), ready::toString);
    }
    System.out.println(refused + " new keys refused, the slowest after " + slowest + " ms");
    assertTrue(
        refused * REFUSED_FAST_MS_MAX > time.toMillis() - stalls.ms(),
        "most are refused without asking the HSM");
  }

  private static void comesBack(Api data) throws Exception {
    long ms =
        Await.within(
            "new data keys are made again", BACK_LIMIT, () -> newKey(data).outcome().equals("200"));
    System.out.println("the HSM is back " + ms + " ms after its token");
    // What else hung on the HSM, as the seals of the audit log, follows.
    Await.until(
        "nothing is degraded",
        Duration.ofSeconds(60),
        () -> data.get("/health/ready").json().getJsonArray("degraded").isEmpty());
  }
}
