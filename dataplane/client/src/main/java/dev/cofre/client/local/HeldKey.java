package dev.cofre.client.local;

import dev.cofre.client.DataKey;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * A data key in use: its derivation's state, off the heap, overwritten when its time is over and
 * nobody works with it any more.
 *
 * <p>Thread-safe: who works with it holds it ({@link #hold}, {@link #release}); who keeps it for
 * others holds it once, from the start.
 */
final class HeldKey {
  private static final System.Logger LOG = System.getLogger(HeldKey.class.getName());

  private final ByteBuffer state = ByteBuffer.allocateDirect(RequestKeyDerivation.STATE_LENGTH);
  private final byte[] wrapped;
  private final LocalLimits limits;
  private final long madeNs;
  private final long lifeNs;
  private final AtomicInteger holders = new AtomicInteger(1);
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder sealed = new LongAdder();
  private final LongAdder sealedBytes = new LongAdder();
  private final LongAdder opened = new LongAdder();
  private final LongAdder openedBytes = new LongAdder();
  private final Consumer<DataKeyUse> ended;

  /**
   * Takes over {@code dataKey}, whose bytes are overwritten.
   *
   * @param askedNs when it was asked for: its time counts from then
   * @param ended is told of all uses, once it is overwritten
   */
  HeldKey(DataKey dataKey, long askedNs, LocalLimits limits, Consumer<DataKeyUse> ended) {
    this.ended = ended;
    this.wrapped = dataKey.wrapped();
    this.limits = limits;
    this.madeNs = askedNs;
    this.lifeNs = TimeUnit.MILLISECONDS.toNanos(dataKey.ttlMs());
    try (dataKey;
        RequestKeyDerivation derivation = new RequestKeyDerivation()) {
      ByteBuffer plaintext = ByteBuffer.wrap(dataKey.plaintext().orElseThrow());
      derivation.key(plaintext, WrappedDataKey.parse(wrapped, 0));
      derivation.saveState(plaintext, state);
    }
  }

  /** Whether it may still be used at all. */
  boolean isAlive(long nowNs) {
    return nowNs - madeNs < lifeNs;
  }

  /** Whether a successor should be asked for: four fifths of its time or use are over. */
  boolean isAgeing(long nowNs) {
    return nowNs - madeNs > lifeNs / 5 * 4
        || requests.get() > limits.requestsMax() / 5 * 4
        || bytes.get() > limits.bytesMax() / 5 * 4;
  }

  /** Counts a use for encryption; false when there is none left. */
  boolean spend(long length) {
    return requests.incrementAndGet() <= limits.requestsMax()
        && bytes.addAndGet(length) <= limits.bytesMax();
  }

  /** Keeps it from being overwritten; false when it was. */
  boolean hold() {
    int now = holders.get();
    while (now > 0) {
      if (holders.compareAndSet(now, now + 1)) {
        return true;
      }
      now = holders.get();
    }
    return false;
  }

  /** The last one overwrites it. */
  void release() {
    if (holders.decrementAndGet() == 0) {
      for (int i = 0; i < state.capacity(); i++) {
        state.put(i, (byte) 0);
      }
      tell();
    }
  }

  /**
   * Nobody works with it any more: these are all of its uses. Whatever the application's code
   * throws, other keys are overwritten after this one.
   */
  private void tell() {
    DataKeyUse use = use();
    if (use.sealed() + use.opened() == 0) {
      return;
    }
    try {
      ended.accept(use);
    } catch (Throwable e) {
      LOG.log(Level.WARNING, "the uses of a data key could not be told: {0}", e.getClass());
    }
  }

  /** Its uses so far. */
  DataKeyUse use() {
    return new DataKeyUse(
        WrappedDataKey.keyIdAt(wrapped, 0),
        WrappedDataKey.keyVersionAt(wrapped, 0),
        WrappedDataKey.dataKeyIdAt(wrapped, 0),
        sealed.sum(),
        sealedBytes.sum(),
        opened.sum(),
        openedBytes.sum());
  }

  /** Counts an envelope that was made; by who holds it. */
  void sealed(long length) {
    sealed.increment();
    sealedBytes.add(length);
  }

  /** Counts an envelope that was opened; by who holds it. */
  void opened(long length) {
    opened.increment();
    openedBytes.add(length);
  }

  /** Keys {@code derivation} for it; to be held meanwhile. */
  void restore(RequestKeyDerivation derivation) {
    derivation.restore(state, 0, wrapped, 0);
  }

  byte[] wrapped() {
    return wrapped;
  }

  /** Whether its bytes were overwritten, for tests. */
  boolean isWiped() {
    for (int i = 0; i < EnvelopeFormat.KEY_LENGTH; i++) {
      if (state.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Nothing of the key. */
  @Override
  public String toString() {
    return "HeldKey";
  }
}
