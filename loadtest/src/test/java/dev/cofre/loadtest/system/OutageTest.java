package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A data plane serves without its control plane, but not with a policy older than its limit. */
@ExtendWith(SystemExtension.class)
class OutageTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final long AGE_MS_MAX = 3_000;
  private static final int CHANGES = 8;

  @Test
  void isServedThroughForABoundedTime(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("snapshot.maxAgeMs", Long.toString(AGE_MS_MAX));
    Child[] planes = deployment.startBoth();
    Api data = deployment.dataApi("app");

    changesArePushed(deployment);
    servesWithoutPause(data, Duration.ofMillis(2 * AGE_MS_MAX));

    planes[0].kill();
    long killed = System.nanoTime();
    assertEquals(200, data.raw(ENCRYPT, new byte[9]).status(), "serves without control plane");
    Await.within(
        "the node refuses",
        Duration.ofMillis(AGE_MS_MAX + 1_000),
        () -> data.raw(ENCRYPT, new byte[9]).outcome().equals("503 policy_stale"));
    System.out.println(
        "refused " + (System.nanoTime() - killed) / 1_000_000 + " ms after the kill");
    Answer refused = data.raw(ENCRYPT, new byte[9]);
    assertEquals("503 policy_stale", refused.outcome());
    assertTrue(!refused.header("Retry-After").isEmpty(), "a hint when to try again");
    Answer ready = data.get("/health/ready");
    assertEquals(503, ready.status());
    assertTrue(ready.text().contains("policy_stale"), ready::toString);
    assertEquals(200, data.get("/health/live").status());

    Child again = deployment.startControlPlane();
    long ms =
        Await.within(
            "the node serves again by itself",
            Duration.ofSeconds(5),
            () -> data.raw(ENCRYPT, new byte[9]).status() == 200);
    System.out.println("serves again " + ms + " ms after its control plane was ready");
    assertEquals(200, data.get("/health/ready").status());
    assertEquals(0, planes[1].terminate());
    assertEquals(0, again.terminate());
  }

  private static void changesArePushed(Deployment deployment) throws Exception {
    Api officer = deployment.controlApi("crypto-officer");
    Api security = deployment.controlApi("security-admin");
    Api data = deployment.dataApi("app");
    long slowest = 0;
    for (int i = 0; i < CHANGES; i++) {
      String alias = "pushed-" + i;
      assertEquals(201, officer.json("/v1/keys", Keys.document(alias)).status());
      Answer granted = security.json("/v1/policies", Keys.grant(alias, List.of(alias)));
      assertEquals(201, granted.status(), granted::toString);
      long ms =
          Await.within(
              "the new key and its grant are followed",
              Duration.ofSeconds(1),
              () -> data.raw("/v1/keys/" + alias + "/encrypt", new byte[9]).status() == 200);
      slowest = Math.max(slowest, ms);
    }
    System.out.println(
        CHANGES + " new keys with grants, the slowest usable after " + slowest + " ms");
  }

  /** While the control plane answers, no request is refused. */
  private static void servesWithoutPause(Api data, Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Answer answer = data.raw(ENCRYPT, new byte[9]);
      assertEquals(200, answer.status(), answer::toString);
    }
  }
}
