package dev.cofre.controlplane.server.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final List<Long> restsNs = new ArrayList<>();

  private List<Long> rests(int sharePercent, long... workedNs) {
    Pace pace = new Pace(sharePercent, restsNs::add);
    for (long worked : workedNs) {
      pace.rest(worked);
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
  void restsForASecondAtMostWhateverItTook() {
    assertEquals(
        List.of(1_000_000_000L, 1_000_000_000L), rests(1, 15_000_000_000L, Long.MAX_VALUE));
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
