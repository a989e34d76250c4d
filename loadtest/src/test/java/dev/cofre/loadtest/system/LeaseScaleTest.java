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
 * <p>{@code -Dleases.count} says how many, up to 10,000 (the most of one principal), {@code
 * -Dleases.perSecond} how many are made in a second at least, and {@code
 * -Dleases.rootIsSuperuser=true} takes a superuser for the target's root user.
 */
@ExtendWith(SystemExtension.class)
class LeaseScaleTest {
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final String CREDENTIALS = "cofre\\_%";
  private static final String GROUPS = "cofre-grants-%";
  private static final String SECRET = "/v1/secrets/db/value";
  private static final int READS_A_SECOND = 50;
  private static final int OF_EACH_PLANE = 2;
  private static final long READY_MS_MAX = 10_000;

  private final List<Map<String, String>> settings = new ArrayList<>();
  private final List<Child> planes = new ArrayList<>();
  private Deployment deployment;

  /** More than a table's row has room for, revoked by one request. */
  @Test
  void leasesThatEndAtOnceAreRemovedByBothControlPlanes(Workspace workspace) throws Exception {
    run(workspace, 600, false, 2);
  }

  /** Each ends at the same moment, by its own time. */
  @Test
  @Tag("full")
  void manyLeasesThatExpireAtOnceAreNotNoticed(Workspace workspace) throws Exception {
    run(workspace, Integer.getInteger("leases.count", 2_000), true, 20);
  }

  private void run(Workspace workspace, int count, boolean expire, int quietSeconds)
      throws Exception {
    try (Postgres store = Postgres.start(workspace.resolve("store"));
        LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      if (Boolean.getBoolean("leases.rootIsSuperuser")) {
        target.makeRootSuperuser();
      }
      start(workspace, store);
      LeaseVault.enrol(deployment, target, count);
      secret();
      long beganNs = System.nanoTime();
      int seconds = 75 + count / Integer.getInteger("leases.perSecond", 10);
      Instant end = Instant.now().plusSeconds(expire ? seconds : 36_000);
      issue(count, end);
      double issuing = (System.nanoTime() - beganNs) / 1e9;
      assertEquals(count, target.count(CREDENTIALS));
      assertEquals(1, target.count(GROUPS));
      say(String.format("%d leases made in %.1f s", count, issuing));

      long readyMs = killedAndReady();
      say(
          String.format(
              "with %d live leases a control plane was ready %d ms after its start",
              count, readyMs));
      assertTrue(readyMs <= READY_MS_MAX, () -> "ready after " + readyMs + " ms");

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
        awaitRoles(target);
        double removing = (System.nanoTime() - endedNs) / 1e9;
        long[] busy = reads.taken();
        say(String.format("%d leases removed in %.1f s", count, removing));
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
      spread(count);
    }
  }

  private static void say(String text) {
    System.out.println(text);
  }

  private static double ms(long[] sortedNs, double share) {
    return sortedNs[(int) Math.ceil(share * sortedNs.length) - 1] / 1e6;
  }

  private void start(Workspace workspace, Postgres store) throws Exception {
    deployment = LeaseVault.deployment(workspace);
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

  private static void awaitRoles(LeaseTarget target) throws Exception {
    Await.until(
        "all credentials are gone, and what held their rights",
        LIMIT,
        () -> {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
          return target.count(CREDENTIALS) + target.count(GROUPS) == 0;
        });
  }

  private void spread(int count) throws Exception {
    Api first = api(0, "auditor");
    Api second = api(1, "auditor");
    Await.until(
        "the store says so",
        Duration.ofSeconds(60),
        () -> Figures.of(first).value("cofre_controlplane_leases_live") == 0);
    double byFirst = Figures.of(first).value("cofre_controlplane_leases_removed");
    double bySecond = Figures.of(second).value("cofre_controlplane_leases_removed");
    say(
        String.format(
            "removed by the first control plane: %.0f, by the second: %.0f", byFirst, bySecond));
    assertEquals(count, byFirst + bySecond);
    assertTrue(Math.min(byFirst, bySecond) >= count / 10.0, "both have a part in it");
  }
}
