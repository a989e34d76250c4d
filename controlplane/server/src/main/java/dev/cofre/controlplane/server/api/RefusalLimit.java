package dev.cofre.controlplane.server.api;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Bounds what callers cost who prove nothing: from one address {@value #PER_SECOND} a second are
 * looked up, the others are turned away.
 *
 * <p>While an address is at its limit, all who share it are turned away, for nobody can be told
 * from another without the look-up. Thread-safe; never blocks.
 */
final class RefusalLimit {
  static final int PER_SECOND = 20;

  private static final long SECOND_NS = 1_000_000_000L;

  private final LongSupplier clockNs;
  private final Map<String, Integer> refusals = new HashMap<>();
  private long sinceNs;

  /** Counts by {@code clockNs}, which is like {@link System#nanoTime()}. */
  RefusalLimit(LongSupplier clockNs) {
    this.clockNs = clockNs;
    this.sinceNs = clockNs.getAsLong();
  }

  /** Whether a request from {@code address} is turned away unseen. */
  synchronized boolean turnsAway(String address) {
    return refusalsOf(address) >= PER_SECOND;
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
}
