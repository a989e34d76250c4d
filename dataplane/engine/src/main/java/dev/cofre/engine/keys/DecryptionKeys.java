package dev.cofre.engine.keys;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Requester;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;

/**
 * Unwrapped data keys, by the exact bytes that the HSM authenticated.
 *
 * <p>Concurrency: thread-safe. {@link #find} takes no lock and makes no garbage; {@link #load} asks
 * the HSM once however many wait. A failed unwrap is not remembered here.
 *
 * <p>Bounds: entries (each {@link KeySlots#slotBytes()} bytes and a place in the index), absolute
 * time to live with jitter. A data key that is used in the later part of its life is unwrapped
 * again in the background, so that nobody waits for a key in use; {@link #waits} counts who did.
 */
public final class DecryptionKeys {
  /** Where in its life a used data key is unwrapped again, and how much that varies. */
  private static final double REFRESH_SHARE = 0.5;

  private static final double REFRESH_JITTER = 0.25;
  private static final double EXPIRY_JITTER = 0.1;
  private static final double RETRY_SHARE = 0.05;
  private static final byte[] NO_DIGEST = new byte[KeySlots.DIGEST_LENGTH];

  private final KeyWrapping wrapping;
  private final KeySlots slots;
  private final KeyIndex index;
  private final LongSupplier nanoClock;
  private final long limitMs;
  private final Map<Id, CompletableFuture<Void>> loading = new ConcurrentHashMap<>(1_024);
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final LongAdder refreshes = new LongAdder();
  private final LongAdder evictions = new LongAdder();

  /**
   * A caller data key unwraps only under its context, so the context is part of what is looked up.
   */
  private record Id(WrappedDataKey wrapped, EncryptionContext context) {
    boolean isCaller() {
      return wrapped.usage() == Usage.CALLER;
    }
  }

  /** An empty cache in {@code slots}. */
  DecryptionKeys(KeyWrapping wrapping, KeySlots slots, KeyLimits limits, LongSupplier nanoClock) {
    this.wrapping = wrapping;
    this.slots = slots;
    this.index = new KeyIndex(slots, limits.decryptEntriesMax());
    this.nanoClock = nanoClock;
    this.limitMs = limits.decryptMs();
  }

  /**
   * The handle of the data key whose envelope stands in {@code envelope} at {@code offset}, or
   * {@link DataKeys#NONE} when it must be loaded first.
   *
   * @param context of the envelope; it counts for caller data keys
   */
  public long find(
      byte[] envelope, int offset, KeyMetadata key, EncryptionContext context, long nowNs) {
    byte[] digest =
        WrappedDataKey.usageAt(envelope, offset) == Usage.CALLER ? digest(context) : null;
    long handle = index.find(envelope, offset, digest);
    if (handle == KeySlots.NONE) {
      return handle;
    }
    int slot = KeySlots.slot(handle);
    if (slots.expiresAtNs(slot) - nowNs <= 0) {
      if (slots.wasRefreshBegun(slot)) {
        waits.increment();
      }
      return KeySlots.NONE;
    }
    hits.increment();
    slots.use(slot);
    if (nowNs - slots.refreshAtNs(slot) >= 0 && slots.beginRefresh(slot)) {
      refresh(handle, WrappedDataKey.parse(envelope, offset), key, context);
    }
    return handle;
  }

  /**
   * Unwraps the data key whose envelope stands in {@code envelope} at {@code offset}; it is found
   * when the future has completed well. Fails by its future alone.
   *
   * @param requester who waits for it, first
   */
  public CompletableFuture<Void> load(
      byte[] envelope,
      int offset,
      KeyMetadata key,
      EncryptionContext context,
      Requester requester) {
    WrappedDataKey wrapped = WrappedDataKey.parse(envelope, offset);
    Id id = new Id(wrapped, wrapped.usage() == Usage.CALLER ? context : EncryptionContext.EMPTY);
    CompletableFuture<Void> known = loading.get(id);
    if (known != null) {
      return known;
    }
    CompletableFuture<Void> placed = new CompletableFuture<>();
    CompletableFuture<Void> raced = loading.putIfAbsent(id, placed);
    if (raced != null) {
      return raced;
    }
    if (isHere(id, envelope, offset)) {
      // Whoever loaded it was done between the look-up and now.
      loading.remove(id, placed);
      placed.complete(null);
      return placed;
    }
    misses.increment();
    unwrap(wrapped, key, context, requester)
        .thenAccept(clear -> hold(id, clear, ttlNs(key)))
        .whenComplete((held, failure) -> settle(id, placed, failure));
    return placed;
  }

  private boolean isHere(Id id, byte[] envelope, int offset) {
    long handle = index.find(envelope, offset, digest(id));
    return handle != KeySlots.NONE
        && slots.expiresAtNs(KeySlots.slot(handle)) - nanoClock.getAsLong() > 0;
  }

  private void settle(Id id, CompletableFuture<Void> placed, Throwable failure) {
    loading.remove(id, placed);
    if (failure == null) {
      placed.complete(null);
    } else {
      placed.completeExceptionally(failure);
    }
  }

  /** Fails by its future alone: a look-up that others wait for must always end. */
  private CompletableFuture<ClearKey> unwrap(
      WrappedDataKey wrapped, KeyMetadata key, EncryptionContext context, Requester requester) {
    try {
      return wrapping.unwrap(
          wrapped, key, key.versions().get(wrapped.keyVersion()), context, requester);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void refresh(
      long handle, WrappedDataKey wrapped, KeyMetadata key, EncryptionContext context) {
    unwrap(wrapped, key, context, Requester.NODE)
        .whenComplete(
            (clear, failure) -> {
              long now = nanoClock.getAsLong();
              long lifeNs = ttlNs(key);
              if (failure == null) {
                clear.close();
                index.extend(handle, expiresAtNs(now, lifeNs), refreshAtNs(now, lifeNs));
                refreshes.increment();
              } else {
                // It serves until its end; who uses it meanwhile tries again.
                index.refreshLater(handle, now + (long) (RETRY_SHARE * lifeNs));
              }
            });
  }

  /** Takes a data key that was just minted here, so that its envelopes decrypt without the HSM. */
  void offer(KeyWrapping.Minted minted, KeyMetadata key) {
    insert(new Id(minted.wrapped(), EncryptionContext.EMPTY), minted.plaintext(), ttlNs(key));
  }

  /**
   * How long a data key of {@code key} is kept: what its class sets, at most what the node does.
   */
  private long ttlNs(KeyMetadata key) {
    return Math.min(limitMs, key.limits().dataKeyMs()) * 1_000_000;
  }

  private void hold(Id id, ClearKey clear, long lifeNs) {
    try (clear) {
      insert(id, clear, lifeNs);
    }
  }

  private void insert(Id id, ClearKey clear, long lifeNs) {
    try (KeyState state = KeyState.of(clear, id.wrapped)) {
      long now = nanoClock.getAsLong();
      byte[] digest = id.isCaller() ? digest(id.context) : NO_DIGEST;
      if (!index.insert(
          state.bytes(),
          id.wrapped.bytes(),
          digest,
          expiresAtNs(now, lifeNs),
          refreshAtNs(now, lifeNs))) {
        throw new ProblemException(
            ErrorCode.OVERLOADED,
            "too many data keys are in use on this node at once; try again later");
      }
    }
  }

  private static long expiresAtNs(long nowNs, long lifeNs) {
    return nowNs + lifeNs - part(EXPIRY_JITTER, lifeNs);
  }

  private static long refreshAtNs(long nowNs, long lifeNs) {
    return nowNs + (long) (REFRESH_SHARE * lifeNs) + part(REFRESH_JITTER, lifeNs);
  }

  private static long part(double share, long lifeNs) {
    return ThreadLocalRandom.current().nextLong((long) (share * lifeNs) + 1);
  }

  private static byte[] digest(Id id) {
    return id.isCaller() ? digest(id.context) : null;
  }

  private static byte[] digest(EncryptionContext context) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(context.canonical());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Overwrites the data keys of key versions that {@code keep} refuses. */
  void evict(BiPredicate<UUID, Integer> keep) {
    byte[] wrapped = new byte[dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH];
    evictions.add(
        index.removeIf(
            slot -> {
              slots.copyWrapped(slot, wrapped);
              return !keep.test(
                  WrappedDataKey.keyIdAt(wrapped, 0), WrappedDataKey.keyVersionAt(wrapped, 0));
            }));
  }

  /** Overwrites the data keys whose time is over. */
  void sweep() {
    long now = nanoClock.getAsLong();
    evictions.add(index.removeIf(slot -> slots.expiresAtNs(slot) - now <= 0));
  }

  /** How many data keys are cached. */
  public int size() {
    return index.size();
  }

  /** How many bytes the cached data keys take. */
  public long bytes() {
    return (long) size() * (KeySlots.slotBytes() + KeyIndex.entryBytesMax());
  }

  /** How many look-ups found their data key. */
  public long hits() {
    return hits.sum();
  }

  /** How many look-ups asked the HSM. */
  public long misses() {
    return misses.sum();
  }

  /** How many requests found a data key over whose refresh was begun in time, and was late. */
  public long waits() {
    return waits.sum();
  }

  /** How many data keys were unwrapped again ahead of their end. */
  public long refreshes() {
    return refreshes.sum();
  }

  /** How many were overwritten because their time was over or their key was disabled. */
  public long evictions() {
    return evictions.sum();
  }
}
