package dev.cofre.engine.keys;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;

/**
 * The data key that encrypts now, for each key version in use.
 *
 * <p>Concurrency: thread-safe. A data key is minted once however many wait for it; its successor is
 * minted in the background when four fifths of any limit are used, so that no request waits for a
 * key in use.
 */
public final class EncryptionKeys {
  private final KeyWrapping wrapping;
  private final DecryptionKeys decryptionKeys;
  private final KeyMemory memory;
  private final KeyLimits limits;
  private final LongSupplier nanoClock;
  private final Map<KeyVersionId, CompletableFuture<Entry>> current = new ConcurrentHashMap<>();
  private final AtomicLong minted = new AtomicLong();

  private record KeyVersionId(UUID key, int version) {}

  private static final class Entry {
    private final DataKey key;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean succeeded = new AtomicBoolean();

    Entry(DataKey key) {
      this.key = key;
    }
  }

  /** What these keys encrypt, {@code decryptionKeys} can decrypt without the HSM. */
  public EncryptionKeys(
      KeyWrapping wrapping,
      DecryptionKeys decryptionKeys,
      KeyLimits limits,
      int keysMax,
      LongSupplier nanoClock) {
    this.wrapping = wrapping;
    this.decryptionKeys = decryptionKeys;
    this.memory = new KeyMemory(keysMax);
    this.limits = limits;
    this.nanoClock = nanoClock;
  }

  /** The data key for one more request under the current version of {@code key}. */
  public CompletableFuture<DataKey> acquire(KeyMetadata key) {
    KeyVersionId id = new KeyVersionId(key.id(), key.currentVersion());
    CompletableFuture<Entry> entry = current.computeIfAbsent(id, absent -> mint(key));
    if (entry.isCompletedExceptionally()) {
      // An old failure says nothing of now.
      current.remove(id, entry);
      entry = current.computeIfAbsent(id, absent -> mint(key));
    }
    if (!entry.isDone() || entry.isCompletedExceptionally()) {
      return entry.thenApply(EncryptionKeys::take);
    }
    Entry ready = entry.join();
    if (isOver(ready, 1.0)) {
      if (current.remove(id, entry)) {
        ready.key.release();
      }
      return acquire(key);
    }
    if (isOver(ready, 0.8) && ready.succeeded.compareAndSet(false, true)) {
      succeed(id, entry, key);
    }
    return CompletableFuture.completedFuture(take(ready));
  }

  private static DataKey take(Entry entry) {
    entry.requests.incrementAndGet();
    return entry.key;
  }

  /** Counts {@code bytes} of plaintext against the limit of {@code dataKey}. */
  public void used(DataKey dataKey, long bytes) {
    CompletableFuture<Entry> entry =
        current.get(new KeyVersionId(dataKey.wrapped().keyId(), dataKey.wrapped().keyVersion()));
    if (entry != null
        && entry.isDone()
        && !entry.isCompletedExceptionally()
        && entry.join().key == dataKey) {
      entry.join().bytes.addAndGet(bytes);
    }
  }

  private boolean isOver(Entry entry, double share) {
    long leftNs = entry.key.remainingNs(nanoClock.getAsLong());
    return leftNs <= (1 - share) * limits.encryptMs() * 1_000_000
        || entry.requests.get() >= share * limits.encryptRequestsMax()
        || entry.bytes.get() >= share * limits.encryptBytesMax();
  }

  private void succeed(KeyVersionId id, CompletableFuture<Entry> old, KeyMetadata key) {
    mint(key)
        .whenComplete(
            (entry, failure) -> {
              if (failure != null) {
                old.join().succeeded.set(false);
              } else if (current.replace(id, old, CompletableFuture.completedFuture(entry))) {
                old.join().key.release();
              } else {
                entry.key.release();
              }
            });
  }

  private CompletableFuture<Entry> mint(KeyMetadata key) {
    return wrapping
        .mint(key, Usage.SERVICE, EncryptionContext.EMPTY)
        .thenApply(
            fresh -> {
              minted.incrementAndGet();
              decryptionKeys.offer(fresh);
              int slot = memory.store(fresh.plaintext());
              fresh.wipe();
              if (slot < 0) {
                throw new ProblemException(
                    ErrorCode.OVERLOADED,
                    "too many keys are in use on this node at once; try again later");
              }
              long expiresAtNs = nanoClock.getAsLong() + limits.encryptMs() * 1_000_000;
              return new Entry(new DataKey(fresh.wrapped(), memory, slot, expiresAtNs));
            });
  }

  /**
   * Overwrites the data keys of versions that {@code keep} does not hold any more, and those whose
   * time is over.
   */
  public void evict(BiPredicate<UUID, Integer> keep) {
    long nowNs = nanoClock.getAsLong();
    current.forEach(
        (id, entry) -> {
          boolean done = entry.isDone() && !entry.isCompletedExceptionally();
          boolean over =
              !keep.test(id.key, id.version) || (done && entry.join().key.isExpired(nowNs));
          if (over && current.remove(id, entry)) {
            entry.thenAccept(minting -> minting.key.release());
          }
        });
  }

  /** How many data keys were minted since the start. */
  public long minted() {
    return minted.get();
  }
}
