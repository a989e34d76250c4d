package dev.cofre.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of a process that appends: what it said is acknowledged is there after it. */
class AuditLogKillTest {
  private static final int KILLS = 6;

  @TempDir Path temporary;

  @Test
  void nothingAcknowledgedIsLost() throws Exception {
    Path directory = temporary.resolve("audit");
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Set<String> acknowledged = new HashSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      runAndKill(directory, kill, 1 + random.nextInt(20_000), acknowledged);
      Set<String> missing = new HashSet<>(acknowledged);
      AuditLogs.requestIds(directory).forEach(missing::remove);
      assertEquals(Set.of(), missing, "seed " + seed);
      try (MappedAuditLog log = MappedAuditLog.open(directory, AppendingProcess.CONFIG)) {
        log.append(AuditLogs.event("between-" + kill)).join();
        acknowledged.add("between-" + kill);
      }
    }
    System.out.println(acknowledged.size() + " acknowledged over " + KILLS + " kills");
  }

  private static void runAndKill(Path directory, int run, int lines, Set<String> acknowledged)
      throws IOException {
    try (KilledProcess process =
        KilledProcess.start(AppendingProcess.class, directory.toString(), Integer.toString(run))) {
      process.killAfter(lines, acknowledged);
    }
  }
}
