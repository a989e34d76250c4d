package dev.cofre.dataplane.server.frames;

/**
 * Whether the requests of a connection are refused because too long is waited for the event loop:
 * once waiting was above the limit for as long as the limit itself. One turn that took long, as the
 * first ones of a node do, is no queue: what came in it is answered late, and nobody need ask
 * again. Where requests were refused a short while ago there is a queue, and no more patience. Not
 * thread-safe.
 */
final class Shedding {
  /** So many times the limit is remembered that there was a queue. */
  private static final long REMEMBERED = 20;

  private final long limitNs;
  private long aboveSinceNs;
  private boolean above;
  private long shedNs;
  private boolean shedBefore;

  Shedding(long limitNs) {
    this.limitNs = limitNs;
  }

  /** Whether what was read at {@code nowNs} and has waited for {@code waitedNs} is refused. */
  boolean refuses(long waitedNs, long nowNs) {
    if (waitedNs <= limitNs) {
      above = false;
      return false;
    }
    if (!above) {
      above = true;
      aboveSinceNs = nowNs;
    }
    boolean queue = shedBefore && nowNs - shedNs < REMEMBERED * limitNs;
    if (!queue && nowNs - aboveSinceNs <= limitNs) {
      return false;
    }
    shedBefore = true;
    shedNs = nowNs;
    return true;
  }
}
