package dev.cofre.engine.keys;

import dev.cofre.contract.envelope.WrappedDataKey;

/**
 * A data key that is held for a bounded time.
 *
 * <p>Thread-safe. Its bytes are copied out under the lock that {@link #release} takes, so that
 * nobody ever reads a slot which was freed and used again.
 */
public final class DataKey {
  private final WrappedDataKey wrapped;
  private final KeyMemory memory;
  private final long expiresAtNs;
  private int slot;

  DataKey(WrappedDataKey wrapped, KeyMemory memory, int slot, long expiresAtNs) {
    this.wrapped = wrapped;
    this.memory = memory;
    this.slot = slot;
    this.expiresAtNs = expiresAtNs;
  }

  /** As it stands in envelopes. */
  public WrappedDataKey wrapped() {
    return wrapped;
  }

  /**
   * Copies its bytes to {@code out} unless it was released; the caller overwrites them after use.
   */
  public synchronized boolean read(byte[] out) {
    if (slot < 0) {
      return false;
    }
    memory.read(slot, out);
    return true;
  }

  /** Overwrites its bytes. */
  synchronized void release() {
    if (slot >= 0) {
      memory.free(slot);
      slot = -1;
    }
  }

  /** Whether its time is over. */
  boolean isExpired(long nowNs) {
    return nowNs - expiresAtNs >= 0;
  }

  /** Nanoseconds it has left. */
  long remainingNs(long nowNs) {
    return expiresAtNs - nowNs;
  }

  synchronized boolean isReleased() {
    return slot < 0;
  }

  @Override
  public String toString() {
    return "DataKey[" + wrapped + "]";
  }
}
