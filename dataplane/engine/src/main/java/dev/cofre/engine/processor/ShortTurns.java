package dev.cofre.engine.processor;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Long work of a background thread, cut into turns of a fifth of a millisecond.
 *
 * <p>Who computes on is interrupted by nothing but the tick, each 4 ms at 250 a second, and an
 * event loop that has had its share waits for that. Between two turns the thread sleeps for as
 * short as it can be said, some 50 µs: event loops that wait run at once. Not thread-safe.
 */
public final class ShortTurns {
  private static final long TURN_NS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long SHORTEST_NS = 1;

  private long begunNs = System.nanoTime();
  private long turns;

  /** To be called after each piece of the work; {@code nowNs} is the time, of the nano clock. */
  public void between(long nowNs) {
    if (nowNs - begunNs > TURN_NS) {
      LockSupport.parkNanos(this, SHORTEST_NS);
      begunNs = System.nanoTime();
      turns++;
    }
  }

  /** The next piece of work begins after a rest. */
  public void begin() {
    begunNs = System.nanoTime();
  }

  long turns() {
    return turns;
  }
}
