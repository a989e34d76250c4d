package dev.cofre.loadtest.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.StagedPacing.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

class StagedPacingTest {
  @Test
  void aConstantRateHasEvenIntervals() {
    StagedPacing pacing = new StagedPacing(List.of(new Stage(100, 100, 2, false)), 1);
    assertEquals(200, pacing.count());
    for (int i = 0; i < 200; i++) {
      assertTrue(Math.abs(pacing.dueNs(i) - i * 10_000_000L) <= 2);
    }
    assertEquals(Pacing.NEVER, pacing.dueNs(200));
    assertEquals(100, pacing.ratePerSecond());
  }

  /** At 0 to 100 a second in 10 s, half of the requests are past after 10 / √2 seconds. */
  @Test
  void aRampFollowsItsArea() {
    StagedPacing pacing = new StagedPacing(List.of(new Stage(0, 100, 10, false)), 1);
    assertEquals(500, pacing.count());
    assertEquals(10e9 / Math.sqrt(2), (double) pacing.dueNs(250), 1e6);
    assertAscending(pacing);
    StagedPacing down = new StagedPacing(List.of(new Stage(100, 0, 10, false)), 1);
    assertEquals(10e9 * (1 - 1 / Math.sqrt(2)), (double) down.dueNs(250), 1e6);
    assertAscending(down);
  }

  @Test
  void stagesFollowEachOther() {
    StagedPacing pacing =
        new StagedPacing(
            List.of(
                new Stage(10, 10, 1, false),
                new Stage(1_000, 1_000, 0.5, false),
                new Stage(10, 10, 1, false)),
            1);
    assertEquals(520, pacing.count());
    assertEquals(2.5, pacing.seconds());
    assertEquals(500, countWithin(pacing, 1.0, 1.5));
    assertEquals(10, countWithin(pacing, 1.5, 2.5));
    assertAscending(pacing);
  }

  /**
   * Of a Poisson process the gaps' standard deviation is their mean, and gaps do not follow each
   * other.
   */
  @Test
  void randomArrivalsAreThoseOfAPoissonProcess() {
    StagedPacing pacing = new StagedPacing(List.of(new Stage(1_000, 1_000, 100, true)), 7);
    assertEquals(100_000, pacing.count());
    assertAscending(pacing);
    double sum = 0;
    double squares = 0;
    double products = 0;
    double before = 0;
    int count = 99_999;
    for (int i = 0; i < count; i++) {
      double gap = (pacing.dueNs(i + 1) - pacing.dueNs(i)) / 1e6;
      sum += gap;
      squares += gap * gap;
      products += (gap - 1) * (before - 1);
      before = gap;
    }
    double mean = sum / count;
    assertEquals(1, mean, 0.01);
    assertEquals(1, Math.sqrt(squares / count - mean * mean), 0.03);
    assertEquals(0, products / count, 0.03);
  }

  @Test
  void theSeedReplaysRandomArrivals() {
    List<Stage> stages = List.of(new Stage(100, 500, 3, true));
    StagedPacing first = new StagedPacing(stages, 3);
    StagedPacing again = new StagedPacing(stages, 3);
    StagedPacing other = new StagedPacing(stages, 4);
    int same = 0;
    for (int i = 0; i < first.count(); i++) {
      assertEquals(first.dueNs(i), again.dueNs(i));
      same += first.dueNs(i) == other.dueNs(i) ? 1 : 0;
    }
    assertNotEquals(first.count(), same);
  }

  private static long countWithin(StagedPacing pacing, double from, double to) {
    long count = 0;
    for (int i = 0; i < pacing.count(); i++) {
      double due = pacing.dueNs(i) / 1e9;
      count += due >= from - 1e-6 && due < to - 1e-6 ? 1 : 0;
    }
    return count;
  }

  private static void assertAscending(StagedPacing pacing) {
    for (int i = 1; i < pacing.count(); i++) {
      assertTrue(pacing.dueNs(i) >= pacing.dueNs(i - 1), "request " + i);
    }
    assertTrue(pacing.dueNs(pacing.count() - 1) <= pacing.seconds() * 1e9);
  }
}
