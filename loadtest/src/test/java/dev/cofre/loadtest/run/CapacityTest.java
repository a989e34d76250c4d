package dev.cofre.loadtest.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.Validity;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapacityTest {
  private static final double TRUE_CAPACITY = 10_000;

  /**
   * Misses one in five of what it holds, as a busy machine does, and never holds what it cannot.
   */
  private static final class Noisy implements Capacity.Prober {
    private final SplittableRandom random;
    private final double guess;
    private int runs;

    Noisy(long seed, double guess) {
      this.random = new SplittableRandom(seed);
      this.guess = guess;
    }

    @Override
    public double closedLoop() {
      return guess * TRUE_CAPACITY;
    }

    @Override
    public Capacity.Probe at(double rate) {
      runs++;
      boolean holds = rate <= TRUE_CAPACITY && random.nextInt(5) > 0;
      return new Capacity.Probe(rate, holds, Validity.VALID, 1, "");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void findsTheCapacityOfANoisyMachine(long seed) throws Exception {
    Noisy noisy = new Noisy(seed, 1.3);
    Capacity.Found found = new Capacity(noisy, 60).search();
    assertTrue(found.rate() <= TRUE_CAPACITY);
    assertEquals(TRUE_CAPACITY, found.rate(), 0.2 * TRUE_CAPACITY);
    assertTrue(found.complete() && found.confirmed() >= 2);
    assertTrue(noisy.runs < 60, () -> noisy.runs + " runs");
    assertEquals(noisy.runs, found.probes().size());
  }

  /** What a closed loop reaches says where to begin, and bounds nothing. */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9, 1.4, 3, 10})
  void whatTheClosedLoopSaidDoesNotBoundIt(double guess) throws Exception {
    Capacity.Found found = new Capacity(new Noisy(3, guess), 60).search();
    assertEquals(TRUE_CAPACITY, found.rate(), 0.2 * TRUE_CAPACITY);
    double missed = found.above();
    assertTrue(
        found.probes().stream().anyMatch(probe -> probe.rate() == missed && !probe.holds()),
        () -> missed + " was tried");
  }

  @Test
  void nothingIsFoundWhereNothingHolds() throws Exception {
    Capacity.Prober never =
        new Capacity.Prober() {
          @Override
          public double closedLoop() {
            return 100;
          }

          @Override
          public Capacity.Probe at(double rate) {
            return new Capacity.Probe(rate, false, Validity.VALID, 1, "");
          }
        };
    assertEquals(0, new Capacity(never, 60).search().rate());
  }
}
