package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A data plane of a {@link Deployment} that is killed under load and started again, and whose log
 * must hold all that it has ever acknowledged. Not thread-safe.
 */
final class KilledNode {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int WRITERS = 8;

  /** The whole log is read so often, and at the end. */
  private static final int READ_EACH = 10;

  private final Deployment deployment;
  private final Map<String, String> settings;
  private final Random random;
  private final AcknowledgedLoad load;
  private final Api api;
  private Child plane;
  private int kills;

  /** With {@code settings}, not started. */
  KilledNode(Deployment deployment, Map<String, String> settings, Random random) throws Exception {
    this.deployment = deployment;
    this.settings = settings;
    this.random = random;
    this.api =
        Api.at("http://127.0.0.1:" + settings.get("http.port"), null).as(deployment.token("app"));
    this.load = new AcknowledgedLoad(api, WRITERS);
  }

  /** Kills it at some moment under load and starts it again. */
  void killOnce() throws Exception {
    if (plane == null) {
      plane = deployment.startReady(Cofre.DATA_PLANE, settings);
    }
    load.start();
    int enough = load.count() + 20 + random.nextInt(400);
    Await.until("the load goes on", LIMIT, () -> load.count() >= enough);
    plane.kill();
    load.awaitEnd();
    kills++;
    plane = deployment.startReady(Cofre.DATA_PLANE, settings);
    load.assertOpens();
    if (kills % READ_EACH == 0) {
      assertLogged(Path.of(settings.get("audit.directory")));
    }
  }

  /** All that was acknowledged is in its log, and comes to the archive. */
  void assertNothingMissing() throws Exception {
    assertLogged(Path.of(settings.get("audit.directory")));
    if (plane == null) {
      return;
    }
    double sealed = Figures.of(api).value("cofre_audit_sealed_events");
    assertEquals("200", api.raw("/v1/keys/demo/encrypt", new byte[9]).outcome());
    Await.until(
        "all is archived",
        LIMIT,
        () -> {
          Figures now = Figures.of(api);
          return now.value("cofre_audit_sealed_events") > sealed
              && now.value("cofre_audit_ship_lag_events") == 0;
        });
    assertLogged(
        deployment.folder().resolve("control-audit-archive/node-" + settings.get("node.name")));
    assertEquals(0, plane.terminate());
  }

  private void assertLogged(Path log) throws Exception {
    assertEquals(
        Set.of(),
        load.missing(AuditFile.requestIds(log)),
        () -> "missing after " + kills + " kills: " + log);
  }

  /** Requests acknowledged so far. */
  int acknowledged() {
    return load.count();
  }
}
