package dev.cofre.controlplane.server.api;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalLimitTest {
  private final AtomicLong clockNs = new AtomicLong();
  private final RefusalLimit limit = new RefusalLimit(clockNs::get);

  @Test
  void turnsAnAddressAwayForTheRestOfTheSecond() {
    for (int i = 0; i < RefusalLimit.PER_SECOND; i++) {
      assertFalse(limit.turnsAway("a"));
      assertFalse(limit.refuse("a"));
    }
    assertTrue(limit.turnsAway("a"));
    assertTrue(limit.refuse("a"));
    assertFalse(limit.turnsAway("b"));
    clockNs.addAndGet(1_000_000_000L);
    assertFalse(limit.turnsAway("a"));
  }
}
