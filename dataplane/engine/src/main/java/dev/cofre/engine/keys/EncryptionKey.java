package dev.cofre.engine.keys;

import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.engine.snapshot.ClassLimits;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;

/** A data key that encrypts, and how much it has done. Thread-safe. */
public final class EncryptionKey {
  private final WrappedDataKey wrapped;
  private final UUID dataKeyId;
  private final long handle;
  private final long mintedNs;
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private volatile boolean inUseAtItsEnd;

  EncryptionKey(WrappedDataKey wrapped, long handle, long mintedNs) {
    this.wrapped = wrapped;
    this.dataKeyId = wrapped.dataKeyId();
    this.handle = handle;
    this.mintedNs = mintedNs;
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

  /** Marks that it was used when its successor was due. */
  void usedAtItsEnd() {
    inUseAtItsEnd = true;
  }

  /** Whether it was used when its successor was due. */
  boolean isInUseAtItsEnd() {
    return inUseAtItsEnd;
  }

  /** Whether {@code share} of one of the node's limits or its data class's is used. */
  boolean isUsed(double share, KeyLimits node, ClassLimits ofClass, long nowNs) {
    long lifeNs = Math.min(node.encryptMs(), ofClass.dataKeyMs()) * 1_000_000;
    return nowNs - mintedNs >= share * lifeNs
        || requests.sum() >= share * Math.min(node.encryptRequestsMax(), ofClass.requestsMax())
        || bytes.sum() >= share * Math.min(node.encryptBytesMax(), ofClass.bytesMax());
  }

  /** What is left of it; reads the counts that requests add to, and changes nothing. */
  DataKeyLeft left(KeyLimits node, ClassLimits ofClass, long nowNs) {
    long lifeMs = Math.min(node.encryptMs(), ofClass.dataKeyMs());
    long requestsMax = Math.min(node.encryptRequestsMax(), ofClass.requestsMax());
    long bytesMax = Math.min(node.encryptBytesMax(), ofClass.bytesMax());
    long usedMs = (nowNs - mintedNs) / 1_000_000;
    long usedRequests = requests.sum();
    long usedBytes = bytes.sum();
    double share = Math.max((double) usedRequests / requestsMax, (double) usedBytes / bytesMax);
    return new DataKeyLeft(
        wrapped.keyId(),
        wrapped.keyVersion(),
        Math.max(0, requestsMax - usedRequests),
        Math.max(0, bytesMax - usedBytes),
        Math.max(0, lifeMs - usedMs),
        share);
  }

  @Override
  public String toString() {
    return "EncryptionKey[" + wrapped + "]";
  }
}
