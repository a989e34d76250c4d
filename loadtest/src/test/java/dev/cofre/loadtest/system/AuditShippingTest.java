package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.transparency.NoteKey;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a node audits is found at the control plane, each event once, whatever is killed. */
@ExtendWith(SystemExtension.class)
class AuditShippingTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void aNodesEventsAreFoundAndAnAbsentControlPlaneHoldsUpNothing(Workspace workspace)
      throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child[] planes = deployment.startBoth();
    Api data = deployment.dataApi("app");
    Api auditor = deployment.controlApi("auditor");

    encrypt(data, 5);
    long ms =
        Await.until(
            "the events are found",
            LIMIT,
            () -> events(auditor, "key=demo&action=encrypt").size() == 5);
    System.out.println("found " + ms + " ms after the last answer");
    JsonObject event = events(auditor, "key=demo&action=encrypt&limit=1").getFirst();
    assertEquals("app", event.getString("principal"));
    assertEquals("cofre-audit/data-1/segment", event.getString("log"));
    Await.until(
        "the reading is audited",
        LIMIT,
        () -> !events(auditor, "action=audit:read&principal=auditor").isEmpty());
    assertEquals(403, deployment.controlApi("app").get("/v1/audit/events").status());
    Await.until("all is archived", LIMIT, () -> auditState(deployment).equals("current"));

    // It stands still: connections are taken, and nothing is answered.
    Child control = planes[0];
    signal(control, "-STOP");
    try {
      encrypt(data, 50);
      Await.until(
          "the lag grows",
          LIMIT,
          () -> Figures.of(data).value("cofre_audit_ship_lag_events") >= 50);
      encrypt(data, 50);
    } finally {
      signal(control, "-CONT");
    }
    Await.until(
        "what was held up is found",
        LIMIT,
        () -> events(auditor, "key=demo&action=encrypt&limit=500").size() == 105);
    Await.until(
        "the lag is gone", LIMIT, () -> Figures.of(data).value("cofre_audit_ship_lag_events") == 0);
    assertEquals(0, planes[1].terminate());
    assertEquals(0, control.terminate());
    assertArchived(deployment);
  }

  @Test
  void killsBetweenShippingAndAcknowledgementLoseAndRepeatNothing(Workspace workspace)
      throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child[] planes = deployment.startBoth();
    Api data = deployment.dataApi("app");
    Api auditor = deployment.controlApi("auditor");
    int sent = 0;
    for (int kill = 0; kill < 4; kill++) {
      encrypt(data, 100);
      sent += 100;
      // The head is signed within a second, and shipped at once: some kills meet that.
      int enough = sent - 60;
      Await.until("it ships", LIMIT, () -> events(auditor, "key=demo&limit=500").size() >= enough);
      int victim = kill % 2;
      planes[victim].kill();
      planes[victim] = victim == 0 ? deployment.startControlPlane() : deployment.startDataPlane();
    }
    int all = sent;
    Await.until(
        "all are found",
        LIMIT,
        () -> events(auditor, "key=demo&action=encrypt&limit=500").size() == all);
    assertEquals(0, planes[1].terminate());
    assertEquals(0, planes[0].terminate());
    assertArchived(deployment);
  }

  /** The archive verifies, and holds what the node's own log holds, as far as that was shipped. */
  private static void assertArchived(Deployment deployment) throws Exception {
    Path log = deployment.folder().resolve("data-audit");
    Path archive = deployment.folder().resolve("control-audit-archive/node-data-1");
    NoteKey key = NoteKey.parse(Files.readString(log.resolve(SealFiles.KEY_FILE)));
    List<Finding> findings = new ArrayList<>();
    for (ChainReport report : new LogVerifier(archive, key, List.of(), false).verify()) {
      findings.addAll(report.findings());
    }
    assertEquals(List.of(), findings);
    List<String> archived = encryptions(archive);
    List<String> own = encryptions(log);
    assertEquals(own.subList(0, archived.size()), archived);
    Set<String> once = new HashSet<>(archived);
    assertEquals(archived.size(), once.size(), "each once");
    assertTrue(archived.size() >= 105, "archived: " + archived.size());
  }

  private static List<String> encryptions(Path log) throws Exception {
    return AuditLogReader.events(log).stream()
        .filter(event -> event.action().equals("encrypt"))
        .map(AuditEvent::requestId)
        .toList();
  }

  private static void encrypt(Api data, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertEquals("200", data.raw(ENCRYPT, new byte[9]).outcome());
    }
  }

  private static List<JsonObject> events(Api auditor, String query) throws Exception {
    return auditor.get("/v1/audit/events?" + query).json().getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static String auditState(Deployment deployment) throws Exception {
    return deployment
        .controlApi("platform-admin")
        .get("/v1/nodes")
        .json()
        .getJsonArray("items")
        .getJsonObject(0)
        .getJsonObject("audit")
        .getString("state");
  }

  private static void signal(Child child, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(child.process().pid())).start();
    assertEquals(0, kill.waitFor());
  }
}
