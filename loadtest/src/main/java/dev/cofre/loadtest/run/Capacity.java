package dev.cofre.loadtest.run;

import dev.cofre.loadtest.generator.Validity;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for the highest rate at which an SLO holds. A closed loop says where to begin; the rate is
 * raised or lowered by steps until one has held and one was missed; the range between them is
 * halved, by ratios, until its ends are near each other; then the upper end must be missed once
 * more, else the search goes on above it, and the lower end must hold in further runs, else it is
 * lowered. Each rate is judged by the majority of up to three runs, so that one bad moment of a
 * busy machine decides nothing. Not thread-safe.
 */
public final class Capacity {
  /** The first rate, as a part of what a closed loop reached. */
  private static final double FIRST = 0.7;

  /** By how much the rate is raised, or lowered, until one end has held and one was missed. */
  private static final double STEP = 1.3;

  private static final double STEP_DOWN = 1.5;

  /** Below this part of the first rate nothing is looked for. */
  private static final double LEAST = 0.01;

  /** The upper end of a range that has none yet. */
  private static final double NONE = Double.POSITIVE_INFINITY;

  /** How often an upper end may turn out to have been missed in a bad moment. */
  private static final int AGAIN_MAX = 3;

  /** How near the ends of the range come. */
  private static final double NEAR = 1.06;

  private static final double LOWERED = 0.93;
  private static final int CONFIRMATIONS = 3;
  private static final int LOWERINGS_MAX = 12;

  private final Prober prober;
  private final double budgetSeconds;
  private double low;
  private double high = NONE;
  private double next;
  private final List<Probe> probes = new ArrayList<>();
  private final long beganNs = System.nanoTime();

  /** One run at a rate. */
  public record Probe(double rate, boolean holds, Validity validity, double p99Ms, String why) {}

  /** Runs at a rate. */
  public interface Prober {
    /** A closed loop's rate. */
    double closedLoop() throws Exception;

    /** A run at {@code rate}. */
    Probe at(double rate) throws Exception;
  }

  /**
   * What was found.
   *
   * @param rate the highest at which the SLO held in the confirmations; 0: at none
   * @param above the lowest rate above it at which it did not; infinite: none was tried
   * @param confirmed how many of the confirmations held
   * @param complete whether the search came to its end in the time it had
   */
  public record Found(
      double rate,
      double above,
      int confirmed,
      int confirmations,
      boolean complete,
      List<Probe> probes) {}

  /** Searches by {@code prober}, and begins no run after {@code budgetSeconds}. */
  public Capacity(Prober prober, double budgetSeconds) {
    this.prober = prober;
    this.budgetSeconds = budgetSeconds;
  }

  private boolean hasTime() {
    return (System.nanoTime() - beganNs) / 1e9 < budgetSeconds;
  }

  /** Takes most of the budget. */
  public Found search() throws Exception {
    next = FIRST * prober.closedLoop();
    double least = next * LEAST;
    int again = AGAIN_MAX;
    do {
      narrow(least);
    } while (low > 0 && again-- > 0 && hasTime() && wasABadMoment());
    return low == 0 ? new Found(0, high, 0, 0, false, probes) : confirm(low, high);
  }

  /** Until one rate has held and one was missed that are near each other. */
  private void narrow(double least) throws Exception {
    while (high > NEAR * low && next > least && hasTime()) {
      if (holds(next)) {
        low = next;
      } else {
        high = next;
      }
      next = low == 0 ? high / STEP_DOWN : high == NONE ? low * STEP : Math.sqrt(low * high);
    }
  }

  /** Whether what was missed holds after all: then it is a lower end, and the search goes on. */
  private boolean wasABadMoment() throws Exception {
    if (high == NONE || !holds(high)) {
      return false;
    }
    low = high;
    high = NONE;
    next = low * STEP;
    return true;
  }

  private Found confirm(double from, double above) throws Exception {
    double rate = from;
    double failed = above;
    for (int i = 0; i < LOWERINGS_MAX && hasTime(); i++) {
      int held = 0;
      int runs = 0;
      while (runs < CONFIRMATIONS && hasTime()) {
        held += probe(rate) ? 1 : 0;
        runs++;
      }
      if (2 * held > CONFIRMATIONS) {
        return new Found(rate, failed, held, runs, runs == CONFIRMATIONS, probes);
      }
      failed = rate;
      rate *= LOWERED;
    }
    return new Found(0, failed, 0, 0, false, probes);
  }

  /** By the majority of up to three runs. */
  private boolean holds(double rate) throws Exception {
    int balance = 0;
    for (int i = 0; i < 3 && Math.abs(balance) < 2 && hasTime(); i++) {
      balance += probe(rate) ? 1 : -1;
    }
    return balance > 0;
  }

  private boolean probe(double rate) throws Exception {
    Probe probe = prober.at(rate);
    probes.add(probe);
    return probe.holds();
  }
}
