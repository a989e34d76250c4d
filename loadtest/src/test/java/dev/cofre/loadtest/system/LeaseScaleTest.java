package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many live leases of a real PostgreSQL, in the store of two control planes, each made by the API:
 * how soon a control plane is ready that was killed, and what readers of secrets notice when all
 * leases end at once.
 *
 * <p>{@code -Dleases.count} says how many. Of these {@code -Dleases.byApi} (1,000, at most 10,000,
 * which is the most of one principal) are made by the API, and {@code -Dleases.perSecond} of them
 * in a second at least; the others are put into store and target as if they had been, {@code
 * -Dleases.seededPerSecond} at least. {@code -Dleases.marginSeconds} is for the restart and the
 * quiet reads before all end. {@code -Dleases.root} is how the root user makes users: {@code
 * functions}, {@code plain} or {@code superuser}. {@code -Dleases.windowSeconds} ends the
 * measurement before all are gone, {@code -Dleases.sharePercent} sets the control planes' {@code
 * vault.removalSharePercent}.
 */
@ExtendWith(SystemExtension.class)
class LeaseScaleTest {
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final String CREDENTIALS = "cofre\\_%";
  private static final String GROUPS = "cofre-grants-%";
  private static final String SECRET = "/v1/secrets/db/value";
  private static final int READS_A_SECOND = 50;
  private static final int OF_EACH_PLANE = 2;
  private static final int OF_A_GROUP = 1_000;
  private static final long READY_MS_MAX = 10_000;
  private static final int STARTS_MAX = 3;

  private final List<Map<String, String>> settings = new ArrayList<>();
  private final List<Child> planes = new ArrayList<>();
  private Deployment deployment;
  private int removed;

  /** More than a table's row has room for, revoked by one request. */
  @Test
  void leasesThatEndAtOnceAreRemovedByBothControlPlanes(Workspace workspace) throws Exception {
    run(workspace, 600, 600, false, 2);
  }

  /** Each ends at the same moment, by its own time. */
  @Test
  @Tag("full")
  void manyLeasesThatExpireAtOnceAreNotNoticed(Workspace workspace) throws Exception {
    int count = Integer.getInteger("leases.count", 2_000);
    int byApi = Math.min(count, Integer.getInteger("leases.byApi", 1_000));
    run(workspace, count, byApi, true, 20);
  }

  private void run(Workspace workspace, int count, int byApi, boolean expire, int quietSeconds)
      throws Exception {
    LeaseTarget.Root root =
        LeaseTarget.Root.valueOf(
            System.getProperty("leases.root", "functions").toUpperCase(Locale.ROOT));
    try (Postgres store = Postgres.start(workspace.resolve("store"));
        LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      target.prepare(root);
      start(workspace, store);
      LeaseVault.enrol(deployment, target, count);
      secret();
      long beganNs = System.nanoTime();
      int seconds =
          Integer.getInteger("leases.marginSeconds", 75)
              + byApi / Integer.getInteger("leases.perSecond", 10)
              + (count - byApi) / Integer.getInteger("leases.seededPerSecond", 300);
      Instant end = Instant.now().plusSeconds(expire ? seconds : 36_000);
      issue(byApi, end);
      double issuing = (System.nanoTime() - beganNs) / 1e9;
      say(String.format("%d leases made in %.1f s, root user: %s", byApi, issuing, root));
      assertEquals((byApi + OF_A_GROUP - 1) / OF_A_GROUP, target.count(GROUPS));
      long seedingNs = System.nanoTime();
      LeaseSeed.add(store, target, root, count - byApi);
      say(
          String.format(
              "%d more put there in %.1f s", count - byApi, (System.nanoTime() - seedingNs) / 1e9));
      assertEquals(count, target.count(CREDENTIALS));

      long readyMs = killedAndReady();
      // A machine that stands still is told from a slow start: the best of some counts.
      for (int i = 1; i < STARTS_MAX && readyMs > READY_MS_MAX; i++) {
        readyMs = killedAndReady();
      }
      say(
          String.format(
              "with %d live leases a control plane was ready %d ms after its start",
              count, readyMs));
      assertTrue(readyMs <= READY_MS_MAX, "ready after " + readyMs + " ms");

      List<Api> readers = List.of(api(0, "app"), api(1, "app"));
      try (SteadyReads reads = new SteadyReads(readers, SECRET, READS_A_SECOND)) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(Math.max(1, quietSeconds / 4)));
        reads.taken();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(quietSeconds));
        long[] quiet = reads.taken();
        assertTrue(!expire || Instant.now().isBefore(end), "all leases live till here");
        assertEquals(count, target.count(CREDENTIALS));
        if (expire) {
          Await.until("the first one goes", LIMIT, () -> Instant.now().isAfter(end));
        } else {
          revokeAll(count);
        }
        reads.taken();
        long endedNs = System.nanoTime();
        int left = awaitRoles(target, count);
        double removing = (System.nanoTime() - endedNs) / 1e9;
        long[] busy = reads.taken();
        removed = count - left;
        say(
            String.format(
                "%d of %d leases removed in %.1f s, %.1f a second",
                removed, count, removing, removed / removing));
        say(
            String.format(
                "reads, %d a second: quiet p50 %.1f ms, p99 %.1f ms of %d; meanwhile p50 %.1f ms, p99"
                    + " %.1f ms of %d: %.1f times",
                READS_A_SECOND,
                ms(quiet, 0.5),
                ms(quiet, 0.99),
                quiet.length,
                ms(busy, 0.5),
                ms(busy, 0.99),
                busy.length,
                ms(busy, 0.99) / ms(quiet, 0.99)));
        assertEquals(List.of(), reads.failures());
      }
      spread(removed == count);
    }
  }

  private static void say(String text) {
    System.out.println(text);
  }

  private static double ms(long[] sortedNs, double share) {
    return sortedNs.length == 0
        ? Double.NaN
        : sortedNs[(int) Math.ceil(share * sortedNs.length) - 1] / 1e6;
  }

  private void start(Workspace workspace, Postgres store) throws Exception {
    deployment = LeaseVault.deployment(workspace);
    String share = System.getProperty("leases.sharePercent");
    if (share != null) {
      deployment.settings(Cofre.CONTROL_PLANE).put("vault.removalSharePercent", share);
    }
    store.serve(deployment);
    settings.add(deployment.settings(Cofre.CONTROL_PLANE));
    settings.add(deployment.another(Cofre.CONTROL_PLANE, "control-2", 5));
    for (Map<String, String> plane : settings) {
      planes.add(deployment.startReady(Cofre.CONTROL_PLANE, plane));
    }
  }

  private Api api(int plane, String principal) throws Exception {
    String port = settings.get(plane).get("http.port");
    return Api.at("http://127.0.0.1:" + port, null).as(deployment.token(principal));
  }

  private void secret() throws Exception {
    JsonObject secret =
        new JsonObject()
            .put("name", "db")
            .put("environment", "dev")
            .put("dataClass", "internal")
            .put("owner", "app-owner")
            .put("description", "read all the time")
            .put("expiresAt", Instant.now().plus(Duration.ofDays(100)).toString())
            .put("rotation", new JsonObject().put("days", 30))
            .put("value", Base64.getEncoder().encodeToString("a value".getBytes(UTF_8)));
    LeaseVault.made(api(0, "app-owner").json("/v1/secrets", secret.encode()));
    Api admin = api(0, "security-admin");
    Answer granted =
        admin.send(admin.request("/v1/secrets/db/grants/app").PUT(BodyPublishers.noBody()).build());
    assertEquals(200, granted.status(), granted::toString);
  }

  /** As many at once as a control plane lets wait for one system. */
  private void issue(int count, Instant end) throws Exception {
    AtomicInteger begun = new AtomicInteger();
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int i = 0; i < OF_EACH_PLANE * planes.size(); i++) {
      Api caller = api(i % planes.size(), "app");
      callers.add(
          CompletableFuture.runAsync(
              () -> {
                while (begun.getAndIncrement() < count) {
                  issue(caller, end);
                }
              },
              task -> Thread.ofPlatform().start(task)));
    }
    CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new))
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static void issue(Api caller, Instant end) {
    long ttl = Math.max(60, Duration.between(Instant.now(), end).toSeconds());
    JsonObject wanted =
        new JsonObject().put("engine", "pg").put("role", "reader").put("ttlSeconds", ttl);
    try {
      Await.until(
          "a lease is made",
          Duration.ofSeconds(60),
          () -> {
            Answer answer = caller.json("/v1/leases", wanted.encode());
            // One that is answered may hold its place for a moment longer.
            assertTrue(
                List.of("200", "503 overloaded").contains(answer.outcome()), answer::toString);
            return answer.status() == 200;
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private long killedAndReady() throws Exception {
    planes.get(1).kill();
    long beganNs = System.nanoTime();
    planes.set(1, deployment.startReady(Cofre.CONTROL_PLANE, settings.get(1)));
    return (System.nanoTime() - beganNs) / 1_000_000;
  }

  private void revokeAll(int count) throws Exception {
    Answer answer =
        api(0, "security-admin")
            .json("/v1/lease-revocations", new JsonObject().put("engine", "pg").encode());
    assertEquals(200, answer.status(), answer::toString);
    assertEquals(count, answer.json().getInteger("leases"));
  }

  /** Until all are gone, and what held their rights, or the window is over; how many are left. */
  private static int awaitRoles(LeaseTarget target, int count) throws Exception {
    long window = Long.getLong("leases.windowSeconds", LIMIT.toSeconds());
    Instant last = Instant.now().plusSeconds(window);
    // To count them takes time of the target that grows with their number.
    long pollMs = Math.clamp(count / 20, 250, 5_000);
    Await.until(
        "all credentials are gone, and what held their rights",
        LIMIT.plusSeconds(60),
        () -> {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pollMs));
          return target.count(CREDENTIALS) + target.count(GROUPS) == 0
              || Instant.now().isAfter(last);
        });
    int left = target.count(CREDENTIALS);
    assertTrue(left == 0 || window < LIMIT.toSeconds(), () -> left + " are left");
    return left;
  }

  private void spread(boolean all) throws Exception {
    Api first = api(0, "auditor");
    Api second = api(1, "auditor");
    if (all) {
      Await.until(
          "the store says so",
          Duration.ofSeconds(60),
          () -> Figures.of(first).value("cofre_controlplane_leases_live") == 0);
    }
    double byFirst = Figures.of(first).value("cofre_controlplane_leases_removed");
    double bySecond = Figures.of(second).value("cofre_controlplane_leases_removed");
    say(
        String.format(
            "removed by the first control plane: %.0f, by the second: %.0f", byFirst, bySecond));
    if (all) {
      assertEquals(removed, byFirst + bySecond);
    }
    assertTrue(Math.min(byFirst, bySecond) >= removed / 10.0, "both have a part in it");
  }
}
