package dev.cofre.controlplane.server.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final List<Long> restsNs = new ArrayList<>();

  private List<Long> rests(int sharePercent, int removals, long... workedNs) {
    Pace pace = new Pace(sharePercent, restsNs::add);
    for (long worked : workedNs) {
      pace.rest(Collections.nCopies(removals, Duration.ZERO), worked);
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

  @Test
  void restsTheLessTheLaterItIsButAsLongAsItWorked() {
    Pace pace = new Pace(20, restsNs::add);
    for (int lateS : new int[] {0, 15, 30, 59, 60, 4_000}) {
      pace.rest(List.of(Duration.ofSeconds(lateS)), 6_000_000);
    }
    assertEquals(
        List.of(24_000_000L, 18_000_000L, 12_000_000L, 6_000_000L, 6_000_000L, 6_000_000L),
        restsNs);
  }

  @Test
  void whatIsLateAndFarAwayRestsForABoundedTimeToo() {
    new Pace(10, restsNs::add).rest(List.of(Duration.ofHours(1)), 200_000_000);
    assertEquals(List.of(30_000_000L), restsNs);
  }

  @Test
  void whoWorksMoreThanHalfOfTheTimeRestsNoLongerWhenItIsLate() {
    new Pace(75, restsNs::add).rest(List.of(Duration.ofHours(1)), 6_000_000);
    assertEquals(List.of(2_000_000L), restsNs);
  }

  @Test
  void eachOfSeveralRestsByItself() {
    Pace pace = new Pace(20, restsNs::add);
    pace.rest(List.of(Duration.ZERO, Duration.ofSeconds(30), Duration.ofHours(1)), 18_000_000);
    assertEquals(List.of(42_000_000L), restsNs);
  }

  @Test
  void oneWhoseTimeIsNotOverYetRestsNoLonger() {
    new Pace(50, restsNs::add).rest(List.of(Duration.ofSeconds(-9)), 6_000_000);
    assertEquals(List.of(6_000_000L), restsNs);
  }

  /** One task, one by one, 10 ms for each, by a clock that the rests move on too. */
  @Test
  void aBacklogGoesAtHalfTheSpeed() {
    long workNs = 10_000_000;
    AtomicLong nowNs = new AtomicLong();
    AtomicLong restedNs = new AtomicLong();
    Pace pace =
        new Pace(
            10,
            rest -> {
              nowNs.addAndGet(rest);
              restedNs.addAndGet(rest);
            });
    for (int i = 0; i < 10_000; i++) {
      nowNs.addAndGet(workNs);
      pace.rest(List.of(Duration.ofNanos(nowNs.get())), workNs);
    }
    long workedNs = 10_000 * workNs;
    assertTrue(restedNs.get() > workedNs, restedNs + " ns");
    assertTrue(restedNs.get() < workedNs * 5 / 4, restedNs + " ns");
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
