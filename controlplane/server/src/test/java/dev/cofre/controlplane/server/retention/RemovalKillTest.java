package dev.cofre.controlplane.server.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.controlplane.domain.AuditRemoval;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that removes is ended at any moment: a segment is there, or its removal recorded. */
class RemovalKillTest {
  private static final int KILLS = Integer.getInteger("cofre.removalKills", 6);
  private static final int DAYS = 60;

  @TempDir Path directory;

  @Test
  void eitherTheSegmentIsThereOrItsRemovalIsRecorded() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RetentionFixture fixture;
    try (Store store = H2Location.open(directory)) {
      fixture = new RetentionFixture(directory, store);
      fixture.archive(DAYS, Optional.empty(), "app");
      fixture.set(50, Map.of());
      fixture.archive.close();
    }
    int all = fixture.files("").size();
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
      killed += run(fixture, random.nextInt(120_000)) == 9 ? 1 : 0;
      ChainReport report = fixture.verify(List.of(fixture.signer.key()));
      assertTrue(report.isIntact(), () -> "seed " + seed + ": " + report.findings());
      for (long number = 1; number <= all; number++) {
        assertTrue(
            Files.exists(AuditSegments.file(fixture.folder(), "segment", number))
                || Files.exists(RemovalRecord.file(fixture.folder(), "segment", number)),
            "seed " + seed + " segment " + number);
      }
    }
    assertTrue(killed > 0, "no process was ended on its way");
    assertEquals(0, run(fixture, -1));
    assertEquals(1, fixture.files("").size());
    ChainReport report = fixture.verify(List.of(fixture.signer.key()));
    assertTrue(report.isIntact(), () -> report.findings().toString());
    assertEquals(all - 1, report.removed().orElseThrow().segments());
    List<String> witnessed = Files.readAllLines(directory.resolve("witness"));
    try (Store store = H2Location.open(directory)) {
      List<AuditRemoval> rows = store.read(tx -> tx.auditRetention().newest(1_000));
      assertEquals(all - 1, rows.size(), "each decided once");
      for (AuditRemoval row : rows) {
        assertTrue(row.removed() != null);
      }
      // Written before the decision: one that was ended in between is written again.
      assertEquals(all - 1, new HashSet<>(witnessed).size());
    }
  }

  private int run(RetentionFixture fixture, int killUs) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RemovingProcess.class.getName(),
                directory.toString(),
                fixture.signer.toString(),
                Integer.toString(killUs))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("child.log").toFile())
            .start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS));
    int exit = process.exitValue();
    assertTrue(
        exit == 0 || exit == 9, () -> "exit " + exit + ": " + directory.resolve("child.log"));
    return exit;
  }
}
