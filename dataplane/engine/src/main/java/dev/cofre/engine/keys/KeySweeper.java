package dev.cofre.engine.keys;

import dev.cofre.engine.snapshot.SnapshotState;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Overwrites data keys whose time is over, each second, and those whose key was disabled, at once,
 * and looks how much is left of the others; on a thread of its own, for it walks over all of them.
 * {@link #changed} never blocks its caller.
 */
public final class KeySweeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KeySweeper.class.getName());
  private static final long SWEEP_NS = 1_000_000_000L;

  /**
   * For how long after a change data keys are looked through again: what was being unwrapped while
   * its key was disabled comes within this time.
   */
  private static final long EVICTED_AGAIN_NS = 10_000_000_000L;

  private final DataKeys keys;
  private final Supplier<SnapshotState> snapshot;
  private final DigestKeys digests;
  private final Thread thread;
  private volatile long changedNs = System.nanoTime();
  private volatile boolean closed;

  /** Sweeps {@code keys} by what {@code snapshot} says, and {@code digests}. */
  public KeySweeper(DataKeys keys, Supplier<SnapshotState> snapshot, DigestKeys digests) {
    this.keys = keys;
    this.snapshot = snapshot;
    this.digests = digests;
    this.thread = Thread.ofPlatform().daemon().name("data-key-sweeper").start(this::run);
  }

  /** The snapshot has changed. */
  public void changed() {
    changedNs = System.nanoTime();
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      try {
        if (System.nanoTime() - changedNs < EVICTED_AGAIN_NS) {
          keys.evict(snapshot);
        }
        keys.sweep();
        keys.measure(snapshot.get());
        digests.sweep();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "data keys cannot be swept", e);
      }
      LockSupport.parkNanos(this, SWEEP_NS);
    }
  }

  /** Stops the sweep. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
