package dev.cofre.engine.keys;

import dev.cofre.contract.envelope.WrappedDataKey;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;

/** A data key that encrypts, and how much it has done. Thread-safe. */
public final class EncryptionKey {
  private final WrappedDataKey wrapped;
  private final UUID dataKeyId;
  private final long handle;
  private final long endsAtNs;
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  EncryptionKey(WrappedDataKey wrapped, long handle, long endsAtNs) {
    this.wrapped = wrapped;
    this.dataKeyId = wrapped.dataKeyId();
    this.handle = handle;
    this.endsAtNs = endsAtNs;
  }

  /** As it stands in envelopes. */
  public WrappedDataKey wrapped() {
    return wrapped;
  }

  /** The data key's id. */
  public UUID dataKeyId() {
    return dataKeyId;
  }

  /** The handle for {@link Derivations}. */
  public long handle() {
    return handle;
  }

  /** Counts one more request. */
  void take() {
    requests.increment();
  }

  /** Counts {@code count} plaintext bytes. */
  public void used(long count) {
    bytes.add(count);
  }

  /** Whether {@code share} of one of {@code limits} is used. */
  boolean isUsed(double share, KeyLimits limits, long nowNs) {
    long leftNs = endsAtNs - nowNs;
    return leftNs <= (1 - share) * limits.encryptMs() * 1_000_000
        || requests.sum() >= share * limits.encryptRequestsMax()
        || bytes.sum() >= share * limits.encryptBytesMax();
  }

  @Override
  public String toString() {
    return "EncryptionKey[" + wrapped + "]";
  }
}
