package dev.cofre.controlplane.server.store;

import java.util.function.LongSupplier;

/**
 * Refuses at once while the database is known to be away, so that nobody else waits for it; one
 * attempt every {@value #PROBE_MS} ms is let through and finds out when it is back. Thread-safe;
 * never blocks.
 */
final class StoreGate {
  static final long PROBE_MS = 250;

  private final LongSupplier clockNs;
  private boolean shut;
  private long probedNs;

  /** Counts by {@code clockNs}, which is like {@link System#nanoTime()}. */
  StoreGate(LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  /**
   * Lets a transaction begin.
   *
   * @throws StoreException when the database is away
   */
  synchronized void enter() {
    if (!shut) {
      return;
    }
    long now = clockNs.getAsLong();
    if (now - probedNs < PROBE_MS * 1_000_000) {
      throw StoreException.away();
    }
    probedNs = now;
  }

  /** A transaction was carried out. */
  synchronized void answered() {
    shut = false;
  }

  /** The database could not be reached. */
  synchronized void failed() {
    shut = true;
    probedNs = clockNs.getAsLong();
  }
}
