package dev.cofre.controlplane.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalLimitTest {
  private final AtomicLong clockNs = new AtomicLong();
  private final List<Runnable> later = new ArrayList<>();
  private final List<Integer> reported = new ArrayList<>();
  private final RefusalLimit limit = new RefusalLimit(clockNs::get, later::add, reported::add);

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

  @Test
  void reportsWhatItTurnedAwayAsOneNumber() {
    for (int i = 0; i < RefusalLimit.PER_SECOND + 5; i++) {
      limit.refuse("a");
    }
    assertEquals(1, later.size());
    later.removeFirst().run();
    assertEquals(List.of(5), reported);
    assertTrue(limit.turnsAway("a"));
    later.removeFirst().run();
    assertEquals(List.of(5, 1), reported);
  }
}
