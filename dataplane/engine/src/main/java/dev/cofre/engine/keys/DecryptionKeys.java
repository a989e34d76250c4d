package dev.cofre.engine.keys;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Unwrapped data keys, by the exact bytes that the HSM authenticated.
 *
 * <p>Concurrency: thread-safe; one unwrap however many wait for it. Bounds: entries, absolute time
 * to live with jitter; when full, the oldest goes. A failed unwrap is not remembered.
 */
public final class DecryptionKeys {
  private final KeyWrapping wrapping;
  private final KeyMemory memory;
  private final KeyLimits limits;
  private final LongSupplier nanoClock;
  private final Map<Id, CompletableFuture<DataKey>> cache = new ConcurrentHashMap<>();
  private final Queue<Id> byAge = new ConcurrentLinkedQueue<>();
  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();

  /**
   * A caller data key unwraps only under its context, so the context is part of what is looked up.
   */
  private record Id(WrappedDataKey wrapped, EncryptionContext context) {
    static Id of(WrappedDataKey wrapped, EncryptionContext context) {
      return new Id(wrapped, wrapped.usage() == Usage.CALLER ? context : EncryptionContext.EMPTY);
    }
  }

  /** An empty cache. */
  public DecryptionKeys(KeyWrapping wrapping, KeyLimits limits, LongSupplier nanoClock) {
    this.wrapping = wrapping;
    // A few slots more than entries: keys that leave and keys that enter overlap for a moment.
    this.memory = new KeyMemory(limits.decryptEntriesMax() + 1_024);
    this.limits = limits;
    this.nanoClock = nanoClock;
  }

  /**
   * The data key that is {@code wrapped} under {@code version} of {@code key}; from the cache or
   * from the HSM.
   */
  public CompletableFuture<DataKey> acquire(
      WrappedDataKey wrapped,
      KeyMetadata key,
      KeyMetadata.Version version,
      EncryptionContext context) {
    Id id = Id.of(wrapped, context);
    CompletableFuture<DataKey> known = cache.get(id);
    if (known != null && !isOver(known)) {
      hits.incrementAndGet();
      return known;
    }
    if (known != null) {
      remove(id, known);
    }
    CompletableFuture<DataKey> placed = new CompletableFuture<>();
    CompletableFuture<DataKey> raced = cache.putIfAbsent(id, placed);
    if (raced != null) {
      hits.incrementAndGet();
      return raced;
    }
    misses.incrementAndGet();
    byAge.add(id);
    unwrap(wrapped, key, version, context)
        .thenApply(bytes -> hold(wrapped, bytes))
        .whenComplete((dataKey, failure) -> settle(id, placed, dataKey, failure));
    shrink();
    return placed;
  }

  /** Fails by its future alone: a look-up that others wait for must always end. */
  private CompletableFuture<byte[]> unwrap(
      WrappedDataKey wrapped,
      KeyMetadata key,
      KeyMetadata.Version version,
      EncryptionContext context) {
    try {
      return wrapping.unwrap(wrapped, key, version, context);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void settle(
      Id id, CompletableFuture<DataKey> placed, DataKey dataKey, Throwable failure) {
    if (failure == null) {
      placed.complete(dataKey);
    } else {
      cache.remove(id, placed);
      placed.completeExceptionally(failure);
    }
  }

  /** Takes a data key that was just minted here, so that its envelopes decrypt without the HSM. */
  void offer(KeyWrapping.Minted minted) {
    Id id = Id.of(minted.wrapped(), EncryptionContext.EMPTY);
    DataKey dataKey = hold(minted.wrapped(), minted.plaintext().clone());
    if (cache.putIfAbsent(id, CompletableFuture.completedFuture(dataKey)) == null) {
      byAge.add(id);
      shrink();
    } else {
      dataKey.release();
    }
  }

  /** Moves {@code bytes} into key memory and overwrites them. */
  private DataKey hold(WrappedDataKey wrapped, byte[] bytes) {
    int slot = memory.store(bytes);
    Arrays.fill(bytes, (byte) 0);
    if (slot < 0) {
      throw new ProblemException(
          ErrorCode.OVERLOADED,
          "too many data keys are in use on this node at once; try again later");
    }
    long ttlNs = limits.decryptMs() * 1_000_000;
    long jitterNs = ThreadLocalRandom.current().nextLong(ttlNs / 10 + 1);
    return new DataKey(wrapped, memory, slot, nanoClock.getAsLong() + ttlNs - jitterNs);
  }

  private boolean isOver(CompletableFuture<DataKey> entry) {
    return entry.isDone()
        && (entry.isCompletedExceptionally() || entry.join().isExpired(nanoClock.getAsLong()));
  }

  private void shrink() {
    while (cache.size() > limits.decryptEntriesMax()) {
      Id oldest = byAge.poll();
      if (oldest == null) {
        return;
      }
      CompletableFuture<DataKey> entry = cache.get(oldest);
      if (entry != null) {
        remove(oldest, entry);
      }
    }
  }

  private void remove(Id id, CompletableFuture<DataKey> entry) {
    if (cache.remove(id, entry)) {
      entry.thenAccept(DataKey::release);
    }
  }

  /** Overwrites the data keys of keys that {@code keep} refuses, and those whose time is over. */
  public void evict(Predicate<UUID> keep) {
    cache.forEach(
        (id, entry) -> {
          if (isOver(entry) || !keep.test(id.wrapped.keyId())) {
            remove(id, entry);
          }
        });
    byAge.removeIf(id -> !cache.containsKey(id));
  }

  /** How many data keys are cached. */
  public int size() {
    return cache.size();
  }

  /** How many look-ups found their data key. */
  public long hits() {
    return hits.get();
  }

  /** How many look-ups asked the HSM. */
  public long misses() {
    return misses.get();
  }
}
