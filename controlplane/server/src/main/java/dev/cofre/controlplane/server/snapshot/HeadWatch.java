package dev.cofre.controlplane.server.snapshot;

import dev.cofre.controlplane.server.store.StoreException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks for what other control planes of the same database committed, and wakes who waits for it.
 */
public final class HeadWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HeadWatch.class.getName());
  private static final long PERIOD_MS = 100;

  private final SnapshotPublisher publisher;
  private final HeldRequests held;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("head-watch").daemon().factory());

  /** Wakes the requests in {@code held}. */
  public HeadWatch(SnapshotPublisher publisher, HeldRequests held) {
    this.publisher = publisher;
    this.held = held;
  }

  /** Looks again and again. */
  public void start() {
    timer.scheduleWithFixedDelay(this::look, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (held.size() == 0) {
      return;
    }
    try {
      held.committed(publisher.head());
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
    }
  }

  @Override
  public void close() {
    timer.shutdown();
  }
}
