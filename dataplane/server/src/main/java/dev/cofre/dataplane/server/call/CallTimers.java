package dev.cofre.dataplane.server.call;

import io.vertx.core.Vertx;
import java.lang.System.Logger.Level;

/**
 * The clocks of the calls of one event loop. Not thread-safe; used on that loop.
 *
 * <p>A body's time is the same for all, so the one that began first is late first: they stand in a
 * list in that order, whose beginning is looked at once a second. A timer for each call would cost
 * more than the rest of its bookkeeping.
 */
public final class CallTimers {
  private static final long LOOK_MS = 1_000;
  private static final long BODY_NS_MAX = ServerCall.BODY_MS_MAX * 1_000_000;

  private static final System.Logger LOG = System.getLogger(CallTimers.class.getName());

  private final Vertx vertx;

  /** The list's two ends: after it the oldest, before it the newest. */
  private final Body ends = new Body(null, 0);

  /** A body that has not arrived. */
  static final class Body {
    private final Runnable late;
    private final long dueNs;
    private Body before = this;
    private Body after = this;

    private Body(Runnable late, long dueNs) {
      this.late = late;
      this.dueNs = dueNs;
    }

    /** Says that it has arrived, or that nobody waits for it any more. */
    void arrived() {
      before.after = after;
      after.before = before;
      before = this;
      after = this;
    }
  }

  /** The clocks of the event loop that calls this; they stop with its verticle. */
  public CallTimers(Vertx vertx) {
    this.vertx = vertx;
    vertx.setPeriodic(LOOK_MS, timer -> look(System.nanoTime()));
  }

  /** Runs {@code task} once, {@code delayMs} from now; returns what {@link #cancel} takes. */
  long after(long delayMs, Runnable task) {
    return vertx.setTimer(delayMs, timer -> task.run());
  }

  /** Stops what {@link #after} began; nothing when it has run or is stopped. */
  void cancel(long timer) {
    vertx.cancelTimer(timer);
  }

  /** Gives a body its time; {@code late} runs within a second after it. */
  Body body(Runnable late) {
    Body body = new Body(late, System.nanoTime() + BODY_NS_MAX);
    body.before = ends.before;
    body.after = ends;
    ends.before.after = body;
    ends.before = body;
    return body;
  }

  /** Tells the bodies whose time is over at {@code nowNs}. */
  void look(long nowNs) {
    while (ends.after.late != null && nowNs - ends.after.dueNs >= 0) {
      Body first = ends.after;
      first.arrived();
      try {
        first.late.run();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a body that is late could not be refused", e);
      }
    }
  }
}
