package dev.cofre.engine.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many events a second are sealed and verified, each on one thread. */
@Tag("full")
class VerifySpeedTest {
  private static final int EVENTS = Integer.getInteger("cofre.events", 2_000_000);
  private static final double LEAST_PER_SECOND = 500_000;

  @TempDir Path temporary;

  @Test
  void halfAMillionEventsASecondAreVerified() throws Exception {
    Path directory = temporary.resolve("audit");
    AuditLogConfig config = new AuditLogConfig(false, 4L << 30);
    long sealNs;
    try (Hsm hsm = SoftHsmToken.login();
        MappedAuditLog log = MappedAuditLog.open(directory, config)) {
      for (int i = 0; i < EVENTS; i++) {
        while (log.append(SealedLogs.event("request-" + i)).isCompletedExceptionally()) {
          // The next segment is allocated meanwhile.
          Thread.onSpinWait();
        }
      }
      long begunNs = System.nanoTime();
      try (AuditSealer sealer =
          new AuditSealer(
              directory, log, SealedLogs.NODE, hsm, Duration.ofSeconds(1), Clock.systemUTC())) {
        assertEquals(0, sealer.figures().broken());
      }
      sealNs = System.nanoTime() - begunNs;
    }
    NoteKey key = SealedLogs.key(directory);
    double best = 0;
    for (int round = 0; round < 3; round++) {
      long begunNs = System.nanoTime();
      List<ChainReport> reports = new LogVerifier(directory, key, List.of(), false).verify();
      long tookNs = System.nanoTime() - begunNs;
      assertEquals(List.of(), reports.getFirst().findings());
      assertEquals(EVENTS, reports.getFirst().records());
      best = Math.max(best, EVENTS * 1e9 / tookNs);
      System.out.printf("verified %,.0f events a second%n", EVENTS * 1e9 / tookNs);
    }
    System.out.printf("sealed %,.0f events a second%n", EVENTS * 1e9 / sealNs);
    double perSecond = best;
    assertTrue(perSecond >= LEAST_PER_SECOND, () -> perSecond + " a second");
  }
}
