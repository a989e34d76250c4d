package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Validity;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a fault beside the data plane costs its requests: 1,000 of them a second, open loop, with
 * the fault and without it by turns, and the 99th percentile of the one in parts of the other.
 */
final class FaultPairs {
  /** Of a full measurement. */
  static final int PAIRS = 5;

  /** How long each half of a full measurement's pairs takes. */
  static final int SECONDS = Integer.getInteger("cofre.faultSeconds", 60);

  private static final double RATE = 1_000;
  private static final double TAIL_RATIO_MAX = 1.2;

  private static final String FULL = "audit_unavailable";

  private final Map<String, Long> errors = new TreeMap<>();
  private final DataPlaneLoad load;
  private final String what;

  /** Makes the fault, or ends it, and returns when it is so. */
  @FunctionalInterface
  interface Switch {
    void set(boolean faulty) throws Exception;
  }

  /** At the data plane of {@code deployment}, with the fault {@code what}. */
  FaultPairs(Deployment deployment, String what) throws Exception {
    this.load = DataPlaneLoad.both(deployment);
    this.what = what;
  }

  /** Runs a full measurement, after a run that is not counted, and asserts that nobody felt it. */
  void assertNotFelt(Switch fault) throws Exception {
    fault.set(false);
    tail("before", SECONDS);
    double[] ratios = ratios(PAIRS, SECONDS, fault);
    assertEquals(Map.of(), errors);
    assertTrue(ratios[PAIRS / 2] <= TAIL_RATIO_MAX, () -> Arrays.toString(ratios));
  }

  /**
   * The ratios of {@code pairs}, sorted; no request may find the audit log full. It ends without
   * the fault.
   */
  double[] ratios(int pairs, int seconds, Switch fault) throws Exception {
    double[] ratios = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      // Which one comes first changes, so that a drift of the machine favours neither.
      double[] tails = new double[2];
      for (int half = 0; half < 2; half++) {
        int which = (i + half) % 2;
        fault.set(which == 0);
        tails[which] = tail(which == 0 ? what : "without: " + what, seconds);
      }
      ratios[i] = tails[0] / tails[1];
      System.out.printf(
          "pair %d: p99 %.0f µs with the fault, %.0f without%n", i + 1, tails[0], tails[1]);
    }
    fault.set(false);
    Arrays.sort(ratios);
    System.out.println(what + ", ratios of the p99: " + Arrays.toString(ratios));
    return ratios;
  }

  private double tail(String name, int seconds) throws Exception {
    LoadPlan plan =
        LoadPlan.of(Pacing.constant(RATE))
            .over(16)
            .lasting(Duration.ofSeconds(2), Duration.ofSeconds(seconds));
    LoadResult result = load.run(name, plan);
    result.errors().forEach((code, count) -> errors.merge(code, count, Long::sum));
    assertTrue(errors.keySet().stream().noneMatch(FULL::equals), errors::toString);
    assertTrue(result.validity() != Validity.NOTHING_DONE, result::reason);
    return result.latencyUs(99);
  }
}
