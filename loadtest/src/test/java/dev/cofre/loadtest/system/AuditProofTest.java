package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.NoteKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real node seals its log with a key in its HSM, and the control plane keeps the heads. */
@ExtendWith(SystemExtension.class)
class AuditProofTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final String ORIGIN = "cofre-audit/data-1/segment";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void aNodesLogIsProvenAndItsLossesAreTold(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child[] planes = deployment.startBoth();
    Api data = deployment.dataApi("app");
    Api auditor = deployment.controlApi("auditor");
    Path log = deployment.folder().resolve("data-audit");

    encrypt(data, 20);
    long kept = awaitKept(auditor, 20);
    NoteKey key = NoteKey.parse(Files.readString(log.resolve(SealFiles.KEY_FILE)));
    assertEquals(List.of(), findings(log, key, kept(auditor)));

    Files.delete(AuditSegments.list(log, AuditSegments.EVENTS).firstEntry().getValue());
    long ms =
        Await.until(
            "the loss is noticed",
            LIMIT,
            () -> Figures.of(data).value("cofre_audit_losses_total") == 1);
    System.out.println("a deleted file was noticed " + ms + " ms after its deletion");
    assertTrue(
        data.get("/health/ready").json().getJsonArray("degraded").contains("audit"),
        "health says so");
    encrypt(data, 20);
    kept = awaitKept(auditor, kept + 20);
    planes[1].kill();
    Path earlier = deployment.folder().resolve("earlier");
    copy(log, earlier);

    Child node = deployment.startDataPlane();
    encrypt(data, 20);
    awaitKept(auditor, kept + 20);
    SignedHead head = kept(auditor);
    assertEquals(List.of(), findings(log, key, head));
    assertEquals(
        1,
        AuditLogReader.events(log).stream()
            .map(AuditEvent::action)
            .filter("audit:loss"::equals)
            .count());
    assertEquals(0, node.terminate());

    // Somebody puts back the log of before: it is whole, but for what the control plane knows.
    delete(log);
    Files.move(earlier, log);
    assertEquals(List.of(), findings(log, key));
    assertEquals(Finding.Kind.CUT, findings(log, key, head).getFirst().kind());
    Child again = deployment.startDataPlane();
    Await.until(
        "the control plane raises an alarm",
        LIMIT,
        () ->
            auditor.get("/v1/notices").json().getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .anyMatch(notice -> notice.getString("kind").equals("audit-log-inconsistent")));
    encrypt(data, 1);
    assertEquals(0, again.terminate());
    assertEquals(0, planes[0].terminate());
  }

  private static void encrypt(Api data, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertEquals("200", data.raw(ENCRYPT, new byte[9]).outcome());
    }
  }

  private static long awaitKept(Api auditor, long size) throws Exception {
    Await.until(
        "the control plane keeps a head of " + size + " events",
        LIMIT,
        () -> {
          SignedHead head = kept(auditor);
          return head != null && head.size() >= size;
        });
    return kept(auditor).size();
  }

  private static SignedHead kept(Api auditor) throws Exception {
    JsonArray items = auditor.get("/v1/audit/heads").json().getJsonArray("items");
    return items.stream()
        .map(JsonObject.class::cast)
        .filter(item -> item.getString("origin").equals(ORIGIN))
        .map(item -> SignedHead.parse(item.getString("head")))
        .findFirst()
        .orElse(null);
  }

  private static List<Finding> findings(Path log, NoteKey key, SignedHead... against)
      throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (ChainReport report : new LogVerifier(log, key, List.of(against), false).verify()) {
      findings.addAll(report.findings());
    }
    return findings;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
