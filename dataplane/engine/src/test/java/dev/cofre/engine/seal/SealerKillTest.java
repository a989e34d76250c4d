package dev.cofre.engine.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealedLog;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of a process that appends and seals: the log stays one tree, and whole. */
class SealerKillTest {
  private static final int KILLS = Integer.getInteger("cofre.kills", 4);

  @TempDir Path temporary;

  @Test
  void sealingGoesOnFromTheLastHead() throws Exception {
    Path directory = temporary.resolve("audit");
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Set<String> acknowledged = new HashSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      runAndKill(directory, SealedLogs.NODE, kill, 1 + random.nextInt(30_000), acknowledged);
    }
    try (Hsm hsm = SoftHsmToken.login();
        MappedAuditLog log = MappedAuditLog.open(directory, SealingProcess.CONFIG);
        AuditSealer sealer = SealedLogs.sealer(directory, log, hsm)) {
      SealedLogs.append(log, "last");
      assertEquals(0, sealer.figures().broken());
    }
    assertEquals(List.of(), SealedLogs.findings(directory, SealedLogs.key(directory)));
    AuditLogReader.events(directory).stream()
        .map(AuditEvent::requestId)
        .forEach(acknowledged::remove);
    assertEquals(Set.of(), acknowledged, "seed " + seed);
    assertOneTree(new SealedLog(directory, AuditSegments.EVENTS));
  }

  private static void assertOneTree(SealedLog log) throws IOException {
    List<SignedHead> heads = log.heads();
    assertTrue(heads.size() > KILLS, () -> heads.size() + " heads");
    for (int i = 1; i < heads.size(); i++) {
      SignedHead before = heads.get(i - 1);
      SignedHead after = heads.get(i);
      assertTrue(
          MerkleProofs.verifiesConsistency(
              before.size(),
              before.checkpoint().root(),
              after.size(),
              after.checkpoint().root(),
              MerkleProofs.consistency(
                  log.tree(log.range(before.size())), before.size(), after.size())));
    }
    System.out.println(heads.size() + " heads over " + heads.getLast().size() + " records");
  }

  /** Each has a signing key of its own, and is killed when the first of its objects is there. */
  @Test
  void aNodeThatIsKilledWhileItsSigningKeyIsMadeSealsAfterwards() throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      Path directory = temporary.resolve("new-" + kill);
      String node = "new-" + UUID.randomUUID();
      long objects = objects();
      Process process = start(directory, node, kill);
      try (BufferedReader said = process.inputReader()) {
        while (objects() == objects) {
          assertNotNull(said.readLine(), "the process ended by itself");
        }
        process.toHandle().destroyForcibly();
      }
      process.waitFor();
      try (Hsm hsm = SoftHsmToken.login();
          MappedAuditLog log = MappedAuditLog.open(directory, SealingProcess.CONFIG);
          AuditSealer sealer = SealedLogs.sealer(directory, log, node, hsm)) {
        SealedLogs.append(log, "last");
        assertEquals(0, sealer.figures().broken());
      }
      assertTrue(new SealedLog(directory, AuditSegments.EVENTS).lastHead().isPresent());
      assertEquals(List.of(), SealedLogs.findings(directory, SealedLogs.key(directory)));
    }
  }

  private static long objects() throws IOException {
    try (Stream<Path> files = Files.list(SoftHsmToken.folder())) {
      return files.filter(file -> file.toString().endsWith(".object")).count();
    }
  }

  private static void runAndKill(
      Path directory, String node, int run, int lines, Set<String> acknowledged)
      throws IOException, InterruptedException {
    Process process = start(directory, node, run);
    try (BufferedReader said = process.inputReader()) {
      for (int i = 0; i < lines; i++) {
        String id = said.readLine();
        assertNotNull(id, "the process ended by itself");
        acknowledged.add(id);
      }
      process.toHandle().destroyForcibly();
      // The last line may be cut.
      String last = null;
      for (String id = said.readLine(); id != null; id = said.readLine()) {
        if (last != null) {
          acknowledged.add(last);
        }
        last = id;
      }
    }
    process.waitFor();
  }

  private static Process start(Path directory, String node, int run) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            SealingProcess.class.getName(),
            directory.toString(),
            Integer.toString(run),
            SoftHsmToken.pinFile().toString(),
            node)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
