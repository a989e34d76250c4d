package dev.cofre.controlplane.server.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Instant END = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Long> restsNs = new ArrayList<>();

  private List<Long> rests(int sharePercent, long... workedNs) {
    Pace pace = new Pace(sharePercent, restsNs::add);
    for (long worked : workedNs) {
      pace.rest(END, END, worked);
    }
    return restsNs;
  }

  @Test
  void restsInProportionToTheWork() {
    assertEquals(List.of(40_000_000L, 4_000L), rests(20, 10_000_000, 1_000));
  }

  @Test
  void restsAsLongAsItWorkedAtAHalf() {
    assertEquals(List.of(7_000_000L), rests(50, 7_000_000));
  }

  @Test
  void neverRestsAtAHundredPercent() {
    assertEquals(List.of(), rests(100, 10_000_000, 1_000));
  }

  @Test
  void restsForATenthOfASecondAtMostWhateverItTook() {
    assertEquals(List.of(100_000_000L, 100_000_000L), rests(1, 200_000_000L, Long.MAX_VALUE));
  }

  @Test
  void neverRestsForACredentialThatStillWorks() {
    new Pace(20, restsNs::add).rest(END, END.minusMillis(1), 10_000_000);
    assertEquals(List.of(), restsNs);
  }

  @Test
  void neverRestsForWhatIsOverdueByTwentySeconds() {
    Pace pace = new Pace(20, restsNs::add);
    pace.rest(END, END.plusSeconds(20), 10_000_000);
    assertEquals(List.of(), restsNs);
    pace.rest(END, END.plusMillis(19_999), 10_000_000);
    assertEquals(List.of(40_000_000L), restsNs);
  }

  /** One task, ten waits of 20 ms for each removal, by a clock that the rests move on too. */
  @Test
  void whatASystemFarAwayHoldsGoesWithinAMinute() {
    long workNs = 200_000_000;
    AtomicLong nowNs = new AtomicLong();
    Pace pace = new Pace(20, nowNs::addAndGet);
    for (int i = 0; i < 250; i++) {
      nowNs.addAndGet(workNs);
      pace.rest(END, END.plusNanos(nowNs.get()), workNs);
    }
    assertTrue(nowNs.get() < 60_000_000_000L, nowNs + " ns");
  }

  @Test
  void aClockThatStoodStillIsNoRest() {
    assertEquals(List.of(), rests(20, 0, -5));
  }

  @Test
  void aShareIsOneToAHundredPercent() {
    assertThrows(IllegalArgumentException.class, () -> new Pace(0));
    assertThrows(IllegalArgumentException.class, () -> new Pace(101));
  }
}
