package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.system.RotatedClient.Credential;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three rotations of a secret while clients of a real PostgreSQL live by it: none of them fails.
 */
@ExtendWith(SystemExtension.class)
class RotationTrafficTest {
  private static final System.Logger LOG = System.getLogger(RotationTrafficTest.class.getName());
  private static final int ROTATIONS = 3;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long OPENED_A_SECOND = 50;
  private static final long QUERIES_A_SECOND = 1_000;

  @Test
  void noClientFails(Workspace workspace) throws Exception {
    run(workspace, 1);
  }

  @Test
  @Tag("full")
  void noClientFailsAndTheRatesAreHeld(Workspace workspace) throws Exception {
    int seconds = 15;
    Result result = run(workspace, seconds);
    assertTrue(result.opened >= OPENED_A_SECOND * result.seconds * 0.95, result::toString);
    assertTrue(result.queries >= QUERIES_A_SECOND * result.seconds * 0.95, result::toString);
  }

  private record Result(double seconds, long opened, long queries) {}

  /** With {@code seconds} worth of traffic before, between and after the rotations. */
  private static Result run(Workspace workspace, int seconds) throws Exception {
    try (LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      Deployment deployment = LeaseVault.deployment(workspace);
      deployment.startControlPlane();
      LeaseVault.enrol(deployment, target);
      RotationVault.rotated(deployment);
      RotatedClient reader = new RotatedClient(deployment.controlApi("app"), RotationVault.SECRET);
      List<Credential> published = new ArrayList<>(List.of(reader.credential()));
      RotationTraffic traffic =
          new RotationTraffic(deployment.controlApi("app"), RotationVault.SECRET, target.url());
      long beganNs = System.nanoTime();
      Result result;
      try {
        awaitMore(traffic, seconds);
        for (int i = 0; i < ROTATIONS; i++) {
          RotationVault.rotate(deployment);
          assertTrue(reader.read());
          published.add(reader.credential());
          int version = reader.credential().version();
          // No client uses a value that the next rotation ends: the period is longer than a read's.
          Await.until("each client has read", LIMIT, () -> traffic.allUse(version));
          awaitMore(traffic, seconds);
        }
        result =
            new Result((System.nanoTime() - beganNs) / 1e9, traffic.opened(), traffic.queries());
      } finally {
        traffic.stop();
      }
      LOG.log(
          System.Logger.Level.INFO,
          "{0} rotations in {1} s: {2} connections opened, {3} queries, {4} failures",
          ROTATIONS,
          Double.toString(result.seconds),
          Long.toString(result.opened),
          Long.toString(result.queries),
          traffic.failures().size());
      assertEquals(List.of(), traffic.failures());
      assertEquals(ROTATIONS + 1, published.size());
      for (int i = 0; i < published.size(); i++) {
        Credential value = published.get(i);
        boolean works = target.works(value.user(), value.password());
        assertEquals(i >= ROTATIONS - 1, works, value::toString);
        assertFalse(target.works(value.user(), "another"));
      }
      return result;
    }
  }

  private static void awaitMore(RotationTraffic traffic, int seconds) throws Exception {
    long opened = traffic.opened() + OPENED_A_SECOND * seconds;
    long queries = traffic.queries() + QUERIES_A_SECOND * seconds;
    Await.until(
        "there was more traffic",
        LIMIT,
        () -> traffic.opened() >= opened && traffic.queries() >= queries);
  }
}
