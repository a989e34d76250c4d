package dev.cofre.controlplane.server.investigate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TallyTest {
  private static Happened event(long count) {
    AuditEvent.Builder event = AuditEvent.of(Instant.EPOCH, "n", "r", "encrypt").amount(2, 10);
    return new Happened("log", (count > 0 ? event.count(count) : event).build());
  }

  @Test
  void countsExactlyWhatItKeeps() {
    Tally<String> tally = new Tally<>(3);
    for (int i = 0; i < 3; i++) {
      for (int n = 0; n <= i; n++) {
        tally.add("v" + i, event(0));
      }
    }
    assertEquals(3, tally.distinct());
    assertFalse(tally.isEstimated());
    assertEquals("v2", tally.rows().getFirst().value());
    assertEquals(3, tally.rows().getFirst().count().events());
    assertEquals(6, tally.rows().getFirst().count().items());
    assertEquals(30, tally.rows().getFirst().count().bytes());
    tally.add("v3", event(5));
    tally.add("v3", event(0));
    tally.add("v1", event(0));
    assertTrue(tally.isEstimated());
    assertEquals(4, tally.distinct());
    assertEquals(6, tally.otherEvents(), "an event may stand for several requests");
    assertEquals(3, tally.rows().size());
    assertEquals(3, tally.rows().get(0).count().events());
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 5_000, 20_000, 300_000})
  void estimatesHowManyThereAre(int distinct) {
    DistinctEstimate estimate = new DistinctEstimate();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < distinct; i++) {
        estimate.add("203.0.113." + i);
      }
    }
    // Five standard errors; the values are always the same.
    assertEquals(distinct, (double) estimate.count(), Math.max(1, distinct * 0.08));
  }
}
