package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StoreGateTest {
  private final AtomicLong clockNs = new AtomicLong(Long.MAX_VALUE - 5);
  private final StoreGate gate = new StoreGate(clockNs::get);

  @Test
  void letsEverybodyInUntilTheFirstFailure() {
    gate.enter();
    gate.enter();
    gate.failed();
    assertEquals(StoreException.Kind.AWAY, assertThrows(StoreException.class, gate::enter).kind());
  }

  @Test
  void letsOneInAgainAfterAWhileAndAllOnceItIsBack() {
    gate.failed();
    clockNs.addAndGet(StoreGate.PROBE_MS * 1_000_000);
    gate.enter();
    assertThrows(StoreException.class, gate::enter);
    gate.answered();
    gate.enter();
    gate.enter();
  }
}
