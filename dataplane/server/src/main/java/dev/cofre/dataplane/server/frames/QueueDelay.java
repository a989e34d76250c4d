package dev.cofre.dataplane.server.frames;

import java.util.concurrent.Executor;

/**
 * How long what is read now may have waited, by the clock alone. Not thread-safe: one per event
 * loop.
 *
 * <p>A connection's bytes that are seen in this turn of the loop came after the last turn had
 * looked for bytes, so they waited no longer than that turn and what has passed of this one. A loop
 * that slept between the two was woken by them. Bytes that are read while the socket still held
 * some since an earlier read may be as old as that read ({@link #waitedNs}).
 */
final class QueueDelay {
  /** A gap between two turns above this was sleep. */
  private static final long SLEPT_NS = 200_000;

  private final Executor loop;
  private final Runnable endOfTurn = this::endTurn;
  private boolean inTurn;
  private long turnNs;
  private long lastTurnNs;
  private long lastEndNs;

  QueueDelay(Executor loop) {
    this.loop = loop;
    long now = System.nanoTime();
    this.turnNs = now;
    this.lastTurnNs = now;
    this.lastEndNs = now;
  }

  /** Tells the time of a read, which belongs to a turn of the loop. */
  long read() {
    long now = System.nanoTime();
    if (!inTurn) {
      inTurn = true;
      lastTurnNs = turnNs;
      turnNs = now;
      // Tasks run behind all reads of a turn.
      loop.execute(endOfTurn);
    }
    return now;
  }

  private void endTurn() {
    inTurn = false;
    lastEndNs = System.nanoTime();
  }

  /**
   * How long what was read at {@code nowNs} has waited at most.
   *
   * @param backlogNs since when the socket holds bytes that were not read, or 0 when it was empty
   */
  long waitedNs(long nowNs, long backlogNs) {
    boolean slept = turnNs - lastEndNs > SLEPT_NS;
    long sinceNs = slept ? turnNs : lastTurnNs;
    return nowNs - (backlogNs == 0 ? sinceNs : Math.min(sinceNs, backlogNs));
  }
}
