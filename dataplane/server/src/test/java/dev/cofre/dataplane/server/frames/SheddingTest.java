package dev.cofre.dataplane.server.frames;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SheddingTest {
  private static final long LIMIT = 50;

  private final Shedding shedding = new Shedding(LIMIT);

  @Test
  void oneLongTurnIsNoQueue() {
    assertFalse(shedding.refuses(10, 1_000));
    assertFalse(shedding.refuses(400, 1_400));
    assertFalse(shedding.refuses(400, 1_401));
    assertFalse(shedding.refuses(5, 1_405));
    assertFalse(shedding.refuses(90, 1_500));
  }

  @Test
  void aQueueIsWhenWaitingStaysAboveTheLimit() {
    assertFalse(shedding.refuses(60, 1_000));
    assertFalse(shedding.refuses(60, 1_050));
    assertTrue(shedding.refuses(60, 1_051));
    assertTrue(shedding.refuses(60, 1_052));
    assertFalse(shedding.refuses(50, 1_053));
  }

  @Test
  void whoRefusedAShortWhileAgoHasNoPatience() {
    assertFalse(shedding.refuses(60, 1_000));
    assertTrue(shedding.refuses(60, 1_100));
    assertFalse(shedding.refuses(10, 1_200));
    assertTrue(shedding.refuses(60, 1_300));
    assertFalse(shedding.refuses(10, 2_000));
    assertFalse(shedding.refuses(60, 2_400));
  }
}
