package dev.cofre.engine.audit;

import dev.cofre.engine.processor.Niceness;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The background thread that allocates and touches segments ahead of their writers, and tries again
 * while there is no room. Thread-safe.
 */
final class SegmentKeeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SegmentKeeper.class.getName());
  private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(1);

  private volatile boolean closed;
  private volatile Thread thread;

  /** Begins to look after {@code chains}; {@code after} is called each time it has. */
  void start(List<SegmentChain> chains, Runnable after) {
    thread = Thread.ofPlatform().name("audit-keeper").daemon().start(() -> run(chains, after));
  }

  /** Has it look now. Never blocks. */
  void wake() {
    LockSupport.unpark(thread);
  }

  private void run(List<SegmentChain> chains, Runnable after) {
    Niceness.giveWay();
    boolean failing = false;
    while (!closed) {
      boolean failed = false;
      for (SegmentChain chain : chains) {
        failed |= !succeeds(chain::maintain, failing);
      }
      failed |= !succeeds(after, failing);
      failing = failed;
      LockSupport.parkNanos(this, PERIOD_NS);
    }
  }

  private static boolean succeeds(Runnable work, boolean told) {
    try {
      work.run();
      return true;
    } catch (RuntimeException | InternalError e) {
      if (!told) {
        LOG.log(Level.ERROR, "the audit log's segments cannot be looked after", e);
      }
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    wake();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
