package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Credentials in a real PostgreSQL that is away, made by a control plane that is killed. */
@ExtendWith(SystemExtension.class)
class LeaseKillTest {
  private static final System.Logger LOG = System.getLogger(LeaseKillTest.class.getName());
  private static final int BRIEF = 30;
  private static final int LONG = 10;
  private static final int KILLS = 3;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void everyDueCredentialIsGoneWhenTheSystemIsBackAndNoOtherIsTouched(Workspace workspace)
      throws Exception {
    try (LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      Deployment deployment = LeaseVault.deployment(workspace);
      Child plane = deployment.startControlPlane();
      LeaseVault.enrol(deployment, target);
      for (int i = 0; i < BRIEF; i++) {
        issue(deployment, 600);
      }
      List<JsonObject> longer = new ArrayList<>();
      for (int i = 0; i < LONG; i++) {
        longer.add(issue(deployment, 7_200));
      }
      Map<String, String> untouched = new TreeMap<>(target.users());
      untouched.keySet().retainAll(longer.stream().map(LeaseKillTest::name).toList());
      assertEquals(LONG, untouched.size());

      target.server().stop();
      plane.kill();
      plane = startedAhead(deployment, Duration.ofMinutes(30));
      awaitTried(deployment);
      Answer away = ask(deployment, 600);
      assertEquals(503, away.status(), away::toString);
      plane.kill();
      startedAhead(deployment, Duration.ofMinutes(61));
      awaitTried(deployment);
      target.server().start();
      long ms =
          Await.until("every due credential is gone", LIMIT, () -> target.users().size() == LONG);
      LOG.log(System.Logger.Level.INFO, "due credentials were gone {0} ms after the return", ms);
      Await.until(
          "the leases say so",
          LIMIT,
          () ->
              leases(deployment, "REVOKING").isEmpty() && leases(deployment, "PENDING").isEmpty());
      assertEquals(untouched, target.users());
      for (JsonObject lease : longer) {
        assertTrue(target.works(name(lease), lease.getString("password")), name(lease));
      }
    }
  }

  /** All of a batch are shut and none is dropped: the target keeps the lock that this takes. */
  @Test
  void aKillInTheMiddleOfABatchLeavesNoCredentialBehind(Workspace workspace) throws Exception {
    try (LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      Deployment deployment = LeaseVault.deployment(workspace);
      Child plane = deployment.startControlPlane();
      LeaseVault.enrol(deployment, target);
      for (int i = 0; i < BRIEF; i++) {
        issue(deployment, 600);
      }
      try (Connection holder = DriverManager.getConnection(target.url(), "postgres", "");
          Statement lock = holder.createStatement()) {
        lock.execute("select pg_advisory_lock(7166171012300118117)");
        revokeAll(deployment);
        Await.until("some are shut", LIMIT, () -> shut(target) > 1);
        plane.kill();
      }
      assertEquals(BRIEF, target.users().size(), "none was dropped");
      deployment.startControlPlane();
      Await.until("all are gone", LIMIT, () -> target.users().isEmpty());
      Await.until("the leases say so", LIMIT, () -> leases(deployment, "REVOKED").size() == BRIEF);
    }
  }

  private static long shut(LeaseTarget target) throws SQLException {
    return target.users().values().stream().filter(user -> user.contains("-infinity")).count();
  }

  private static void revokeAll(Deployment deployment) throws Exception {
    try (Api api = deployment.controlApi("security-admin")) {
      Answer answer =
          api.json("/v1/lease-revocations", new JsonObject().put("engine", "pg").encode());
      assertEquals(200, answer.status(), answer::toString);
    }
  }

  @Test
  @Tag("full")
  void aKillBetweenTheStepsLeavesNoCredentialBehind(Workspace workspace) throws Exception {
    try (LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      Deployment deployment = LeaseVault.deployment(workspace);
      Child plane = deployment.startControlPlane();
      LeaseVault.enrol(deployment, target);
      List<JsonObject> answered = Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < KILLS; i++) {
        int wanted = answered.size() + 3 + i;
        Thread caller = Thread.ofPlatform().start(() -> askUntilItFails(deployment, answered));
        Await.until("some were made", LIMIT, () -> answered.size() >= wanted);
        plane.kill();
        caller.join();
        plane = deployment.startControlPlane();
      }
      plane.kill();
      startedAhead(deployment, Duration.ofMinutes(3));
      Await.until("none is half made", LIMIT, () -> leases(deployment, "PENDING").isEmpty());
      Await.until("none is to go", LIMIT, () -> leases(deployment, "REVOKING").isEmpty());
      List<String> active =
          leases(deployment, "ACTIVE").stream().map(LeaseKillTest::name).sorted().toList();
      assertEquals(List.copyOf(target.users().keySet()), active);
      for (JsonObject lease : answered) {
        assertTrue(target.works(name(lease), lease.getString("password")), name(lease));
      }
      assertFalse(target.works(LeaseTarget.ROOT, LeaseTarget.ROOT_PASSWORD));
    }
  }

  private static void askUntilItFails(Deployment deployment, List<JsonObject> answered) {
    try {
      while (answered.add(issue(deployment, 3_600))) {
        // The next one; the control plane is killed in one of them.
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "killed", e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Child startedAhead(Deployment deployment, Duration ahead) throws Exception {
    deployment
        .settings(Cofre.CONTROL_PLANE)
        .put("dev.clockOffsetMs", Long.toString(ahead.toMillis()));
    return deployment.startControlPlane();
  }

  private static void awaitTried(Deployment deployment) throws Exception {
    Await.until(
        "each due one was tried",
        LIMIT,
        () ->
            leases(deployment, "REVOKING").stream()
                    .filter(lease -> lease.getInteger("attempts") > 0)
                    .count()
                >= BRIEF);
  }

  private static Answer ask(Deployment deployment, int ttlSeconds) throws Exception {
    JsonObject wanted =
        new JsonObject().put("engine", "pg").put("role", "reader").put("ttlSeconds", ttlSeconds);
    try (Api api = deployment.controlApi("app")) {
      return api.json("/v1/leases", wanted.encode());
    }
  }

  private static JsonObject issue(Deployment deployment, int ttlSeconds) throws Exception {
    Answer answer = ask(deployment, ttlSeconds);
    assertEquals(200, answer.status(), answer::toString);
    return answer.json();
  }

  private static List<JsonObject> leases(Deployment deployment, String state) throws Exception {
    try (Api api = deployment.controlApi("auditor")) {
      Answer answer = api.get("/v1/leases?limit=500&state=" + state);
      assertEquals(200, answer.status(), answer::toString);
      return answer.json().getJsonArray("items").stream().map(JsonObject.class::cast).toList();
    }
  }

  private static String name(JsonObject lease) {
    return lease.getString("userName");
  }
}
