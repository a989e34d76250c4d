package dev.cofre.engine.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShortTurnsTest {
  private static final long WORK_NS = TimeUnit.MILLISECONDS.toNanos(40);

  @Test
  void longWorkRestsBetweenItsTurns() {
    ShortTurns turns = new ShortTurns();
    long workedNs = 0;
    while (workedNs < WORK_NS) {
      long fromNs = System.nanoTime();
      Thread.onSpinWait();
      long toNs = System.nanoTime();
      workedNs += toNs - fromNs;
      turns.between(toNs);
    }
    assertTrue(turns.turns() > 10, () -> turns.turns() + " rests");
  }

  @Test
  void shortWorkDoesNotRest() {
    long beforeNs = System.nanoTime();
    ShortTurns turns = new ShortTurns();
    turns.between(beforeNs);
    turns.begin();
    turns.between(beforeNs);
    assertEquals(0, turns.turns());
  }
}
