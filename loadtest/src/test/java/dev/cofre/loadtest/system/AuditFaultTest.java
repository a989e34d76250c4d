package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.system.Relay.Pace;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A control plane that hangs, or answers a byte a second, is not felt by requests at the node that
 * ships its audit log there, until that log is full; and then all heals alone.
 */
@ExtendWith(SystemExtension.class)
class AuditFaultTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final double RATE = 1_000;

  @Test
  void aFullLogRefusesAndHealsAlone(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Map<String, String> settings = deployment.settings(Cofre.DATA_PLANE);
    settings.put("audit.bytesMax", Integer.toString(2 << 20));
    settings.put("audit.segmentBytes", Integer.toString(256 << 10));
    settings.put("audit.archivedBytesMax", Integer.toString(512 << 10));
    deployment.startControlPlane();
    try (Relay relay = new Relay(deployment.controlPort())) {
      Child node = startBehind(deployment, relay);
      Api data = deployment.dataApi("app");
      relay.pace(Pace.NOTHING);
      LoadPlan plan = LoadPlan.of(Pacing.constant(RATE)).over(16);
      FullLog full = new FullLog(data);
      DataPlaneLoad load = DataPlaneLoad.both(deployment);
      for (int i = 0; i < 60 && !full.answers("503 audit_unavailable"); i++) {
        load.run("until it is full", plan.lasting(Duration.ZERO, Duration.ofSeconds(1)));
      }
      assertEquals("503 audit_unavailable", full.last());
      assertTrue(node.process().isAlive());
      relay.pace(Pace.FULL);
      long ms = Await.until("it serves again", LIMIT, () -> full.answers("200"));
      System.out.println("served again " + ms + " ms after the control plane answered again");
      assertEquals(0, node.terminate());
    }
  }

  /** Whether a request finds the log full. */
  private static final class FullLog {
    private final Api data;
    private String last = "";

    FullLog(Api data) {
      this.data = data;
    }

    /** A busy node may refuse for another reason, which tells nothing of the log. */
    boolean answers(String outcome) throws Exception {
      last = data.raw(ENCRYPT, new byte[9]).outcome();
      return last.equals(outcome);
    }

    String last() {
      return last;
    }
  }

  @Test
  @Tag("full")
  void aControlPlaneThatHangsIsNotFelt(Workspace workspace) throws Exception {
    assertNotFelt(workspace, Pace.NOTHING);
  }

  @Test
  @Tag("full")
  void aControlPlaneOfAByteASecondIsNotFelt(Workspace workspace) throws Exception {
    assertNotFelt(workspace, Pace.BYTE_PER_SECOND);
  }

  private static void assertNotFelt(Workspace workspace, Pace fault) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startControlPlane();
    try (Relay relay = new Relay(deployment.controlPort())) {
      Child node = startBehind(deployment, relay);
      new FaultPairs(deployment, "control plane: " + fault)
          .assertNotFelt(faulty -> relay.pace(faulty ? fault : Pace.FULL));
      Figures before = Figures.of(deployment.dataApi("app"));
      long ms =
          Await.until(
              "all is shipped",
              LIMIT,
              () ->
                  Figures.of(deployment.dataApi("app")).value("cofre_audit_ship_lag_events")
                      < RATE);
      System.out.printf(
          "%.0f events behind, shipped in %d ms%n",
          before.value("cofre_audit_ship_lag_events"), ms);
      assertEquals(0, node.terminate());
    }
  }

  private static Child startBehind(Deployment deployment, Relay relay) throws Exception {
    deployment.settings(Cofre.DATA_PLANE).put("control.url", "http://127.0.0.1:" + relay.port());
    return deployment.startDataPlane();
  }
}
