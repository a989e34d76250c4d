package dev.cofre.controlplane.server.odometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.domain.VersionAmount;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What of the audit log counts as an encryption. */
class VersionSumsTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final UUID KEY = UUID.randomUUID();
  private static final UUID DATA_KEY = UUID.randomUUID();

  private final DataKeysSeen seen = new DataKeysSeen();
  private final VersionSums sums = new VersionSums(seen, NOW);

  private static AuditEvent.Builder event(String action) {
    return AuditEvent.of(NOW, "n", "r", action).keyId(KEY).usedDataKey(3, DATA_KEY);
  }

  private void assertSum(long messages, long bytes, long dataKeys) {
    VersionAmount amount = sums.amounts().getFirst();
    assertEquals(
        List.of(KEY, 3, messages, bytes, dataKeys),
        List.of(
            amount.keyId(),
            amount.version(),
            amount.messages(),
            amount.bytes(),
            amount.dataKeys()));
  }

  @Test
  void itemsAndBytesAndEachDataKeyOnceAreCounted() {
    sums.add(event("encrypt").amount(100, 4_000).build());
    sums.add(event("encrypt").amount(1, 1).build());
    sums.add(event("encrypt").amount(1, 0).usedDataKey(3, UUID.randomUUID()).build());
    assertSum(102, 4_001, 2);
  }

  @Test
  void aStreamIsAMessageFromItsBeginAndItsBytesStandInItsEnd() {
    sums.add(event("encrypt").phase("begin").build());
    assertSum(1, 0, 1);
    sums.add(event("encrypt").phase("end").amount(1, 70_000).build());
    sums.add(event("encrypt").phase("begin").build());
    sums.add(event("encrypt").phase("end").amount(1, 500).failed("cancelled").build());
    assertSum(2, 70_500, 1);
  }

  @Test
  void aDataKeyThatIsHandedOutIsOneWrapEachTime() {
    AuditEvent handedOut =
        AuditEvent.of(NOW, "n", "r", "data-key:generate")
            .key(KEY.toString())
            .used(3, UUID.randomUUID().toString())
            .build();
    sums.add(handedOut);
    sums.add(handedOut);
    assertSum(0, 0, 2);
  }

  @Test
  void whatDidNotEncryptIsNotCounted() {
    sums.add(event("decrypt").amount(5, 5).build());
    sums.add(event("data-key:unwrap").build());
    sums.add(event("encrypt").amount(5, 5).denied("forbidden").build());
    sums.add(event("encrypt").amount(5, 5).failed("overloaded").build());
    sums.add(event("data-key:generate").failed("hsm_unavailable").build());
    sums.add(AuditEvent.of(NOW, "n", "r", "encrypt").key("no such key").used(1, "x").build());
    sums.add(AuditEvent.of(NOW, "n", "r", "encrypt").amount(1, 1).build());
    sums.add(AuditEvent.of(NOW, "n", "r", "encrypt").keyId(KEY).amount(1, 1).build());
    assertTrue(sums.isEmpty());
  }

  @Test
  void whatNoEventCanSayIsLeftOutAndTheRestCounts() {
    AuditEvent whole = event("encrypt").amount(1, 1).build();
    assertTrue(sums.add(event("encrypt").phase(null).amount(2, 2).build()), "taken as whole");
    assertFalse(
        sums.add(
            AuditEvent.of(Instant.MIN, "n", "r", "encrypt")
                .keyId(KEY)
                .usedDataKey(3, DATA_KEY)
                .amount(1, 1)
                .build()));
    assertTrue(sums.add(whole));
    assertSum(3, 3, 1);
  }

  @Test
  void whatWasLongAgoWeighsLess() {
    sums.add(event("encrypt").amount(10, 10).build());
    sums.add(
        AuditEvent.of(NOW.minus(Duration.ofDays(1)), "n", "r", "encrypt")
            .keyId(KEY)
            .usedDataKey(3, DATA_KEY)
            .amount(10, 10)
            .build());
    assertEquals(10 + 10 / Math.E, sums.amounts().getFirst().recent().messages(), 1e-9);
    assertSum(20, 20, 1);
  }

  @Test
  void whatWasNotCountedIsSeenAgain() {
    assertTrue(seen.add(DATA_KEY));
    seen.forget();
    assertTrue(seen.add(DATA_KEY));
    seen.keep();
    seen.forget();
    assertEquals(false, seen.add(DATA_KEY));
    for (int i = 0; i < DataKeysSeen.KEYS_MAX; i++) {
      seen.add(new UUID(7, i));
    }
    assertTrue(seen.add(DATA_KEY), "forgotten: it counts again, never too little");
  }
}
