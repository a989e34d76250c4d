package dev.cofre.controlplane.server.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final List<Long> restsNs = new ArrayList<>();

  private List<Long> rests(int sharePercent, int removals, long... workedNs) {
    Pace pace = new Pace(sharePercent, restsNs::add);
    for (long worked : workedNs) {
      pace.rest(removals, worked);
    }
    return restsNs;
  }

  @Test
  void restsInProportionToTheWork() {
    assertEquals(List.of(20_000_000L, 4_000L), rests(20, 1, 5_000_000, 1_000));
  }

  @Test
  void restsAsLongAsItWorkedAtAHalf() {
    assertEquals(List.of(7_000_000L), rests(50, 1, 7_000_000));
  }

  @Test
  void neverRestsAtAHundredPercent() {
    assertEquals(List.of(), rests(100, 25, 10_000_000, 1_000));
  }

  @Test
  void restsForABoundedTimeForEachWhateverTheyTook() {
    assertEquals(List.of(30_000_000L, 30_000_000L), rests(1, 1, 200_000_000L, Long.MAX_VALUE));
    restsNs.clear();
    assertEquals(List.of(750_000_000L, 750_000_000L), rests(1, 25, 200_000_000L, Long.MAX_VALUE));
  }

  /** One task, ten waits of 20 ms for each removal, by a clock that the rests move on too. */
  @Test
  void whatASystemFarAwayHoldsGoesWithinAMinute() {
    long workNs = 200_000_000;
    AtomicLong nowNs = new AtomicLong();
    Pace pace = new Pace(20, nowNs::addAndGet);
    for (int i = 0; i < 250; i++) {
      nowNs.addAndGet(workNs);
      pace.rest(1, workNs);
    }
    assertTrue(nowNs.get() < 60_000_000_000L, nowNs + " ns");
  }

  @Test
  void aClockThatStoodStillIsNoRest() {
    assertEquals(List.of(), rests(20, 1, 0, -5));
  }

  @Test
  void aShareIsOneToAHundredPercent() {
    assertThrows(IllegalArgumentException.class, () -> new Pace(0));
    assertThrows(IllegalArgumentException.class, () -> new Pace(101));
  }
}
