package dev.cofre.controlplane.server.api;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * Bounds what callers cost who prove nothing: from one address {@value #PER_SECOND} a second are
 * looked up and recorded one by one, the others are turned away and recorded as a number.
 *
 * <p>While an address is at its limit, all who share it are turned away, for nobody can be told
 * from another without the look-up. Thread-safe; never blocks.
 */
final class RefusalLimit {
  static final int PER_SECOND = 20;

  private static final System.Logger LOG = System.getLogger(RefusalLimit.class.getName());
  private static final long SECOND_NS = 1_000_000_000L;

  private final LongSupplier clockNs;
  private final Executor aSecondLater;
  private final IntConsumer report;
  private final Map<String, Integer> refusals = new HashMap<>();
  private long sinceNs;
  private int turnedAway;

  /**
   * Counts by {@code clockNs}, which is like {@link System#nanoTime()}.
   *
   * @param report is told how many were turned away, a second after the first of them
   */
  RefusalLimit(LongSupplier clockNs, Executor aSecondLater, IntConsumer report) {
    this.clockNs = clockNs;
    this.aSecondLater = aSecondLater;
    this.report = report;
    this.sinceNs = clockNs.getAsLong();
  }

  /** Whether a request from {@code address} is turned away unseen; then it is counted. */
  synchronized boolean turnsAway(String address) {
    if (refusalsOf(address) < PER_SECOND) {
      return false;
    }
    if (turnedAway++ == 0) {
      aSecondLater.execute(this::report);
    }
    return true;
  }

  /** Someone at {@code address} proved nothing; whether that is turned away like the others. */
  synchronized boolean refuse(String address) {
    if (turnsAway(address)) {
      return true;
    }
    refusals.merge(address, 1, Integer::sum);
    return false;
  }

  private int refusalsOf(String address) {
    long now = clockNs.getAsLong();
    if (now - sinceNs >= SECOND_NS) {
      sinceNs = now;
      refusals.clear();
    }
    return refusals.getOrDefault(address, 0);
  }

  private void report() {
    int count;
    synchronized (this) {
      count = turnedAway;
      turnedAway = 0;
    }
    try {
      report.accept(count);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, count + " requests were turned away unrecorded", e);
    }
  }
}
