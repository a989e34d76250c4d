package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.loadtest.system.Relay.Pace;
import dev.cofre.loadtest.system.SmallDisk.Kind;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The disk of a node's audit log is full, cannot be written, or loses the log: what was
 * acknowledged is in the log, requests that cannot be written down are refused, no process ends,
 * and all heals alone when the disk does.
 */
@ExtendWith(SystemExtension.class)
class AuditDiskTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final String REFUSED = "503 audit_unavailable";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int MIB = 1 << 20;
  private static final int WRITERS = 8;
  private static final int BRIEF_SECONDS = 3;

  private Deployment deployment;

  private void deploy(Workspace workspace, SmallDisk disk, int segmentBytes) throws Exception {
    deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("audit.segmentBytes", Integer.toString(segmentBytes));
    deployment.keepAuditLogOn(disk);
    deployment.startControlPlane();
  }

  @Test
  void aFullDiskIsSaidRefusesAndHealsAlone(Workspace workspace) throws Exception {
    aFullDisk(workspace, Kind.best());
  }

  @Test
  @Tag("full")
  void aFullDiskInMemoryRefusesAndHealsAlone(Workspace workspace) throws Exception {
    aFullDisk(workspace, Kind.TMPFS);
  }

  private void aFullDisk(Workspace workspace, Kind kind) throws Exception {
    try (SmallDisk disk = SmallDisk.create(workspace, kind, 64)) {
      deploy(workspace, disk, 4 * MIB);
      aFullDisk(disk, kind);
    }
  }

  private void aFullDisk(SmallDisk disk, Kind kind) throws Exception {
    try (Relay relay = new Relay(deployment.controlPort())) {
      deployment.settings(Cofre.DATA_PLANE).put("control.url", "http://127.0.0.1:" + relay.port());
      Child node = deployment.startDataPlane();
      AcknowledgedLoad load = new AcknowledgedLoad(deployment.dataApi("app"), WRITERS);
      Path log = disk.outside(disk.folder().resolve("audit"));

      // There are two files to write to: so long nobody feels it.
      new FaultPairs(deployment, "a full disk, " + kind)
          .ratios(
              1,
              BRIEF_SECONDS,
              faulty -> {
                disk.giveBack();
                if (faulty) {
                  disk.fill();
                }
              });
      disk.fill();
      relay.pace(Pace.NOTHING);
      load.start();
      awaitReason("audit_unavailable");
      Await.until("it refuses", LIMIT, () -> load.refused() > 0);
      load.stop();
      assertEachRefused(node);
      Figures figures = Figures.of(deployment.dataApi("app"));
      assertEquals(0, figures.value("cofre_audit_up"));
      assertEquals(1, figures.value("cofre_audit_last_file"));
      assertTrue(figures.value("cofre_audit_disk_free_bytes") < 6 * MIB);
      assertTrue(figures.value("cofre_audit_free_bytes") > 1L << 30, "its budget is not used up");
      assertDegraded("audit-room");
      assertEquals(Set.of(), load.missing(AuditFile.requestIds(log)));

      // Nor does a start find room, though what waits for the archive is taken now.
      node.kill();
      relay.pace(Pace.FULL);
      node = deployment.start(Cofre.DATA_PLANE);
      awaitReason("audit_unavailable");
      assertDegraded("audit-sealing");
      assertEachRefused(node);

      disk.giveBack();
      awaitWell();
      new FaultPairs(deployment, "nothing").ratios(1, BRIEF_SECONDS, faulty -> {});
      load.start();
      int enough = load.count() + 100;
      Await.until("the load goes on", LIMIT, () -> load.count() > enough);
      load.stop();
      awaitArchived();
      assertWhole(log, load);
      System.out.printf(
          "%s: %d requests acknowledged, all in the log and in the archive; %d refused%n",
          kind, load.count(), load.refused());
      assertEquals(0, node.terminate());
    }
  }

  /** The log takes all of the disk itself while the archive is away; then the archive is back. */
  @Test
  void aLogThatFilledItsDiskHasRoomAgainWhenItIsArchived(Workspace workspace) throws Exception {
    try (SmallDisk disk = SmallDisk.create(workspace, Kind.best(), 16)) {
      deploy(workspace, disk, MIB);
      try (Relay relay = new Relay(deployment.controlPort())) {
        deployment
            .settings(Cofre.DATA_PLANE)
            .put("control.url", "http://127.0.0.1:" + relay.port());
        Child node = deployment.startDataPlane();
        AcknowledgedLoad load = new AcknowledgedLoad(deployment.dataApi("app"), WRITERS);
        Path log = disk.outside(disk.folder().resolve("audit"));
        relay.pace(Pace.NOTHING);
        load.start();
        awaitReason("audit_unavailable");
        load.stop();
        Set<String> before = AuditFile.requestIds(log);
        assertEquals(Set.of(), load.missing(before));
        relay.pace(Pace.FULL);
        awaitWell();
        Figures figures = Figures.of(deployment.dataApi("app"));
        assertTrue(
            figures.value("cofre_audit_freed_bytes_total") > 0, "archived files are deleted");
        load.start();
        int enough = load.count() + 100;
        Await.until("the load goes on", LIMIT, () -> load.count() > enough);
        load.stop();
        awaitArchived();
        assertEquals(Set.of(), load.missing(AuditFile.requestIds(archive())));
        System.out.println(load.count() + " requests acknowledged, all in the archive");
        assertEquals(0, node.terminate());
      }
    }
  }

  @Test
  @Tag("full")
  void aFullDiskIsNotFelt(Workspace workspace) throws Exception {
    try (SmallDisk disk = SmallDisk.create(workspace, Kind.best(), 384)) {
      deploy(workspace, disk, 64 * MIB);
      Child node = deployment.startDataPlane();
      new FaultPairs(deployment, "a full disk")
          .assertNotFelt(
              faulty -> {
                disk.giveBack();
                awaitWell();
                if (faulty) {
                  disk.fill();
                }
              });
      assertEquals(0, node.terminate());
    }
  }

  /** As where a page gets its place on the disk only when it is written, and then there is none. */
  @Test
  void aPageThatTheDiskCannotBackEndsNoProcessAndHealsAlone(Workspace workspace) throws Exception {
    try (SmallDisk disk = SmallDisk.create(workspace, Kind.TMPFS, 64)) {
      deploy(workspace, disk, 8 * MIB);
      Child node = deployment.startDataPlane();
      Api data = deployment.dataApi("app");
      AcknowledgedLoad load = new AcknowledgedLoad(data, WRITERS);
      load.start();
      Await.until("its loops are compiled", LIMIT, () -> load.count() > 5_000);
      load.stop();
      Path log = disk.folder().resolve("audit");
      Path active =
          AuditSegments.list(disk.outside(log), AuditSegments.EVENTS).firstEntry().getValue();
      double used = Figures.of(data).value("cofre_audit_used_bytes");
      assertTrue(used < 3 * MIB, () -> "used: " + used);
      disk.punch(log.resolve(active.getFileName()), 3 * MIB);
      disk.fill();

      load.start();
      awaitReason("audit_unavailable");
      load.stop();
      assertTrue(load.refused() > 0);
      assertEachRefused(node);
      assertEquals(0, Figures.of(data).value("cofre_audit_up"));
      disk.giveBack();
      // Nobody asks for anything but its health meanwhile.
      awaitWell();
      load.start();
      int enough = load.count() + 100;
      Await.until("the load goes on", LIMIT, () -> load.count() > enough);
      load.stop();
      awaitArchived();
      assertWhole(disk.outside(log), load);
      assertEquals(0, node.terminate());
    }
  }

  @Test
  void aDiskThatCanOnlyBeReadEndsNoProcess(Workspace workspace) throws Exception {
    try (SmallDisk disk = SmallDisk.create(workspace, Kind.EXT4, 64)) {
      deploy(workspace, disk, 4 * MIB);
      Child node = deployment.startDataPlane();
      AcknowledgedLoad load = new AcknowledgedLoad(deployment.dataApi("app"), WRITERS);
      load.start();
      Await.until("its loops are compiled", LIMIT, () -> load.count() > 5_000);
      disk.fail();
      awaitReason("audit_unavailable");
      load.stop();
      assertTrue(load.refused() > 0);
      assertEachRefused(node);
      assertDegraded("audit-sealing");
      Path log = disk.outside(disk.folder().resolve("audit"));
      assertEquals(Set.of(), load.missing(AuditFile.requestIds(log)));
      assertEquals(0, node.terminate());
    }
  }

  @Test
  void aSecondNodeIsRefusedAndAFolderThatIsRemovedIsMadeAgain(Workspace workspace)
      throws Exception {
    deployment = Deployment.create(workspace, "planes");
    deployment.startControlPlane();
    Child node = deployment.startDataPlane();
    Map<String, String> second = deployment.another(Cofre.DATA_PLANE, "data-2", 5);
    Path log = Path.of(deployment.settings(Cofre.DATA_PLANE).get("audit.directory"));
    second.put("audit.directory", log.toString());
    Child refused = deployment.start(Cofre.DATA_PLANE, second);
    assertEquals(1, refused.exitCode(LIMIT));
    assertTrue(refused.err().contains("another process writes the audit log"), refused::name);

    Api data = deployment.dataApi("app");
    AcknowledgedLoad load = new AcknowledgedLoad(data, WRITERS);
    load.start();
    Await.until("the load goes on", LIMIT, () -> load.count() > 1_000);
    delete(log);
    Await.until(
        "the loss is noticed",
        LIMIT,
        () -> Figures.of(data).value("cofre_audit_losses_total") >= 2);
    int enough = load.count() + 1_000;
    Await.until("the load goes on", LIMIT, () -> load.count() > enough);
    load.stop();
    assertDegraded("audit");
    Await.until("all is written again", LIMIT, () -> isLogged(log, load));
    awaitArchived();
    assertTrue(Files.exists(log.resolve(SealFiles.KEY_FILE)), "the key lies beside it");
    node.kill();
    node = deployment.startDataPlane();
    assertEquals(Set.of(), load.missing(AuditFile.requestIds(log)));
    assertEquals("200", data.raw(ENCRYPT, new byte[9]).outcome());
    assertEquals(0, node.terminate());
  }

  private static boolean isLogged(Path log, AcknowledgedLoad load) throws Exception {
    try {
      return load.missing(AuditFile.requestIds(log)).isEmpty();
    } catch (IOException e) {
      // It is being made.
      return false;
    }
  }

  /** Files are made while they are deleted, so the folder may stay. */
  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      System.out.println("a file was made before the folder was gone");
    }
  }

  private void assertEachRefused(Child node) throws Exception {
    Api data = deployment.dataApi("app");
    for (int i = 0; i < 20; i++) {
      assertEquals(REFUSED, data.raw(ENCRYPT, new byte[12]).outcome());
    }
    assertTrue(node.process().isAlive());
    assertEquals(200, data.get("/health/live").status());
  }

  private void awaitReason(String reason) throws Exception {
    Api data = deployment.dataApi("app");
    Await.until(
        "it says " + reason,
        LIMIT,
        () ->
            reason.equals(
                data.answers("/health/live", 200)
                    ? data.get("/health/ready").json().getString("reason")
                    : ""));
  }

  private void assertDegraded(String what) throws Exception {
    Api data = deployment.dataApi("app");
    Await.until(
        what + " is said",
        LIMIT,
        () -> data.get("/health/ready").json().getJsonArray("degraded").contains(what));
  }

  /** Alone: nothing is asked of it but its health. */
  private void awaitWell() throws Exception {
    Api data = deployment.dataApi("app");
    long ms =
        Await.until(
            "it is well",
            LIMIT,
            () -> {
              Answer ready = data.get("/health/ready");
              return ready.status() == 200 && ready.json().getJsonArray("degraded").isEmpty();
            });
    System.out.println("well again after " + ms + " ms");
  }

  /** All that was ever acknowledged is under a head and archived. */
  private void awaitArchived() throws Exception {
    Api data = deployment.dataApi("app");
    double sealed = Figures.of(data).value("cofre_audit_sealed_events");
    Await.until("it serves", LIMIT, () -> data.raw(ENCRYPT, new byte[9]).status() == 200);
    Await.until(
        "all is archived",
        LIMIT,
        () -> {
          Figures now = Figures.of(data);
          return now.value("cofre_audit_sealed_events") > sealed
              && now.value("cofre_audit_seal_up") == 1
              && now.value("cofre_audit_ship_lag_events") == 0;
        });
  }

  private Path archive() {
    return deployment.folder().resolve("control-audit-archive/node-data-1");
  }

  private void assertWhole(Path log, AcknowledgedLoad load) throws Exception {
    assertEquals(Set.of(), load.missing(AuditFile.requestIds(log)));
    assertEquals(Set.of(), load.missing(AuditFile.requestIds(archive())));
    NoteKey key = NoteKey.parse(Files.readString(log.resolve(SealFiles.KEY_FILE)));
    List<Finding> findings = new ArrayList<>();
    for (ChainReport report : new LogVerifier(log, key, List.of(), false).verify()) {
      findings.addAll(report.findings());
    }
    assertEquals(List.of(), findings);
  }
}
