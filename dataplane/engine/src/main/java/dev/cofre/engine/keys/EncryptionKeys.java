package dev.cofre.engine.keys;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.ClassLimits;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.hsm.Requester;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * The data key that encrypts now, for each KMS key in use.
 *
 * <p>Concurrency: thread-safe; {@link #ready} takes no lock. A data key is minted once however many
 * wait for it; its successor is minted in the background when four fifths of any limit are used, so
 * that no request waits for a key in use.
 */
public final class EncryptionKeys {
  private static final double AHEAD_SHARE = 0.8;

  /** So few that they fit the node's own share of the HSM's queue beside refreshes. */
  private static final int AHEAD_MAX = 64;

  private static final double RETRY_SHARE = 0.02;
  private static final byte[] NO_DIGEST = new byte[KeySlots.DIGEST_LENGTH];

  private final KeyWrapping wrapping;
  private final DecryptionKeys decryptionKeys;
  private final KeySlots slots;
  private final KeyLimits limits;
  private final int keysMax;
  private final LongSupplier nanoClock;
  private final Map<UUID, Current> current = new ConcurrentHashMap<>();
  private final LongAdder minted = new LongAdder();
  private final LongAdder waits = new LongAdder();

  /** A KMS key's data key and the mint of its successor. */
  private static final class Current {
    private volatile EncryptionKey key;
    private volatile long retryAtNs;
    private final AtomicReference<CompletableFuture<Void>> minting = new AtomicReference<>();
  }

  /** What these keys encrypt, {@code decryptionKeys} can decrypt without the HSM. */
  EncryptionKeys(
      KeyWrapping wrapping,
      DecryptionKeys decryptionKeys,
      KeySlots slots,
      KeyLimits limits,
      int keysMax,
      LongSupplier nanoClock) {
    this.wrapping = wrapping;
    this.decryptionKeys = decryptionKeys;
    this.slots = slots;
    this.limits = limits;
    this.keysMax = keysMax;
    this.nanoClock = nanoClock;
  }

  /**
   * The data key for one more request under the current version of {@code key}, or null when it
   * must be loaded first.
   */
  public EncryptionKey ready(KeyMetadata key, long nowNs) {
    Current entry = current.get(key.id());
    EncryptionKey ready = entry == null ? null : entry.key;
    if (ready == null || ready.wrapped().keyVersion() != key.currentVersion()) {
      return null;
    }
    if (ready.isUsed(1, limits, key.limits(), nowNs)) {
      if (ready.isInUseAtItsEnd()) {
        waits.increment();
      }
      return null;
    }
    if (ready.isUsed(AHEAD_SHARE, limits, key.limits(), nowNs) && nowNs - entry.retryAtNs >= 0) {
      ready.usedAtItsEnd();
      entry.retryAtNs = nowNs + (long) (RETRY_SHARE * lifeNs(key));
      mint(entry, key, Requester.NODE);
    }
    ready.take();
    return ready;
  }

  /**
   * Mints a data key for {@code key}; it is {@link #ready} when the future has completed well.
   *
   * @param requester who waits for it, first
   */
  public CompletableFuture<Void> load(KeyMetadata key, Requester requester) {
    Current entry = current.get(key.id());
    if (entry == null) {
      if (current.size() >= keysMax) {
        return CompletableFuture.failedFuture(tooMany());
      }
      Current fresh = new Current();
      Current raced = current.putIfAbsent(key.id(), fresh);
      entry = raced == null ? fresh : raced;
    }
    return mint(entry, key, requester);
  }

  /**
   * Loads data keys for keys of {@code state} that may encrypt, at most {@value #AHEAD_MAX}: a node
   * that starts has them before its first request, and what mints has run once.
   *
   * @param nowMs UTC milliseconds, for their expiry
   * @return completes when all are there; fails when one is not
   */
  public CompletableFuture<Void> loadAhead(SnapshotState state, long nowMs) {
    List<CompletableFuture<Void>> loading = new ArrayList<>();
    state.forEachKey(
        key -> {
          if (loading.size() < AHEAD_MAX && key.encrypts() && nowMs < key.expiresAtMs()) {
            loading.add(load(key, Requester.NODE));
          }
        });
    return CompletableFuture.allOf(loading.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Void> mint(Current entry, KeyMetadata key, Requester requester) {
    CompletableFuture<Void> placed = new CompletableFuture<>();
    CompletableFuture<Void> raced = entry.minting.compareAndExchange(null, placed);
    if (raced != null) {
      return raced;
    }
    EncryptionKey now = entry.key;
    if (now != null
        && now.wrapped().keyVersion() == key.currentVersion()
        && !now.isUsed(AHEAD_SHARE, limits, key.limits(), nanoClock.getAsLong())) {
      // Whoever minted it was done between the look-up and now.
      entry.minting.set(null);
      placed.complete(null);
      return placed;
    }
    start(key, requester)
        .whenComplete(
            (fresh, failure) -> {
              if (failure == null) {
                replace(entry, fresh);
              }
              entry.minting.set(null);
              if (failure == null) {
                placed.complete(null);
              } else {
                placed.completeExceptionally(failure);
              }
            });
    return placed;
  }

  private CompletableFuture<EncryptionKey> start(KeyMetadata key, Requester requester) {
    try {
      return wrapping
          .mint(key, Usage.SERVICE, EncryptionContext.EMPTY, requester)
          .thenApply(fresh -> hold(fresh, key));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private EncryptionKey hold(KeyWrapping.Minted fresh, KeyMetadata key) {
    try (KeyState state = KeyState.of(fresh.plaintext(), fresh.wrapped())) {
      minted.increment();
      decryptionKeys.offer(fresh, key);
      long mintedNs = nanoClock.getAsLong();
      long endsAtNs = mintedNs + lifeNs(key);
      long handle =
          slots.hold(state.bytes(), fresh.wrapped().bytes(), NO_DIGEST, endsAtNs, endsAtNs);
      if (handle == KeySlots.NONE) {
        throw tooMany();
      }
      return new EncryptionKey(fresh.wrapped(), handle, mintedNs);
    } finally {
      fresh.wipe();
    }
  }

  private long lifeNs(KeyMetadata key) {
    return Math.min(limits.encryptMs(), key.limits().dataKeyMs()) * 1_000_000;
  }

  private void replace(Current entry, EncryptionKey fresh) {
    EncryptionKey old = entry.key;
    entry.key = fresh;
    if (old != null) {
      slots.free(old.handle());
    }
  }

  static ProblemException tooMany() {
    return new ProblemException(
        ErrorCode.OVERLOADED, "too many keys are in use on this node at once; try again later");
  }

  /**
   * Overwrites the data keys of versions that {@code keep} has no limits for any more, and those
   * whose time is over.
   */
  void evict(BiFunction<UUID, Integer, ClassLimits> keep) {
    long nowNs = nanoClock.getAsLong();
    current.forEach(
        (id, entry) -> {
          EncryptionKey key = entry.key;
          ClassLimits ofClass = key == null ? null : keep.apply(id, key.wrapped().keyVersion());
          if (key != null && (ofClass == null || key.isUsed(1, limits, ofClass, nowNs))) {
            entry.key = null;
            slots.free(key.handle());
          }
          if (entry.key == null && entry.minting.get() == null) {
            current.remove(id, entry);
          }
        });
  }

  /**
   * What is left of the data keys that encrypt now, of which most is used first. Walks over all of
   * them, so not on an event loop.
   *
   * @param limitsOf the limits of a version; null: it does not encrypt any more
   * @param max how many at most
   */
  List<DataKeyLeft> mostUsed(BiFunction<UUID, Integer, ClassLimits> limitsOf, int max) {
    long nowNs = nanoClock.getAsLong();
    List<DataKeyLeft> all = new ArrayList<>();
    current.forEach(
        (id, entry) -> {
          EncryptionKey key = entry.key;
          ClassLimits ofClass = key == null ? null : limitsOf.apply(id, key.wrapped().keyVersion());
          if (ofClass != null) {
            all.add(key.left(limits, ofClass, nowNs));
          }
        });
    all.sort(Comparator.comparingDouble(DataKeyLeft::usedShare).reversed());
    return List.copyOf(all.subList(0, Math.min(max, all.size())));
  }

  /** How many data keys were minted since the start. */
  public long minted() {
    return minted.sum();
  }

  /**
   * How many requests found a data key over that others had used in the last fifth of its life: its
   * successor was late.
   */
  public long waits() {
    return waits.sum();
  }
}
