package dev.cofre.engine.keys;

import static dev.cofre.contract.envelope.SoftwareKek.IV_LENGTH;
import static dev.cofre.contract.envelope.SoftwareKek.LENGTH;
import static dev.cofre.contract.envelope.SoftwareKek.WRAPPED_LENGTH;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.cofre.contract.envelope.SoftwareKek;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.Requester;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * KEKs of protection SOFTWARE, unwrapped by the HSM and kept as data keys are (invariant I2): in
 * locked memory outside the heap, for a bounded time and number of uses, then overwritten.
 *
 * <p>Concurrency: thread-safe. A KEK is copied out under a monitor of its own, for the time of the
 * copy. Whoever finds none asks the HSM, once however many wait.
 *
 * <p>Memory: {@value #KEKS_MAX} KEKs at most; where all places are taken one leaves.
 */
final class SoftwareKeks {
  /** How many are kept. */
  static final int KEKS_MAX = 16_384;

  private final HsmGateway gateway;
  private final KeyLimits limits;
  private final LongSupplier nanoClock;
  private final MemorySegment memory = LockedMemory.allocate((long) KEKS_MAX * LENGTH);
  private final int[] free = new int[KEKS_MAX];
  private int freeCount;
  private final Map<Id, Kek> keks = new ConcurrentHashMap<>();
  private final Map<Id, CompletableFuture<Void>> loading = new ConcurrentHashMap<>();

  private record Id(UUID key, int version) {}

  /** One KEK in its place. */
  private static final class Kek {
    private final int place;
    private final long endsAtNs;
    private long usesLeft;
    private boolean gone;

    Kek(int place, long endsAtNs, long usesLeft) {
      this.place = place;
      this.endsAtNs = endsAtNs;
      this.usesLeft = usesLeft;
    }
  }

  SoftwareKeks(HsmGateway gateway, KeyLimits limits, LongSupplier nanoClock) {
    this.gateway = gateway;
    this.limits = limits;
    this.nanoClock = nanoClock;
    for (int i = 0; i < KEKS_MAX; i++) {
      free[i] = KEKS_MAX - 1 - i;
    }
    this.freeCount = KEKS_MAX;
  }

  /**
   * Does {@code work} with the KEK of {@code version}, which is overwritten when it returns.
   *
   * @param requester on whose behalf: what the HSM's queue is fair between
   * @return completes here when the KEK is at hand, else on an HSM thread
   */
  <T> CompletableFuture<T> with(
      KeyMetadata key, KeyMetadata.Version version, Requester requester, Function<byte[], T> work) {
    Id id = new Id(key.id(), version.number());
    byte[] kek = copy(id);
    if (kek != null) {
      return CompletableFuture.completedFuture(kek).thenApply(bytes -> run(bytes, work));
    }
    return load(id, key, version, requester)
        .thenApply(
            loaded -> {
              byte[] fresh = copy(id);
              if (fresh == null) {
                throw EncryptionKeys.tooMany();
              }
              return run(fresh, work);
            });
  }

  private static <T> T run(byte[] kek, Function<byte[], T> work) {
    try {
      return work.apply(kek);
    } finally {
      Arrays.fill(kek, (byte) 0);
    }
  }

  private byte[] copy(Id id) {
    Kek kek = keks.get(id);
    if (kek == null) {
      return null;
    }
    synchronized (kek) {
      if (kek.gone || kek.usesLeft <= 0 || kek.endsAtNs - nanoClock.getAsLong() <= 0) {
        return null;
      }
      kek.usesLeft--;
      return memory.asSlice((long) kek.place * LENGTH, LENGTH).toArray(JAVA_BYTE);
    }
  }

  private CompletableFuture<Void> load(
      Id id, KeyMetadata key, KeyMetadata.Version version, Requester requester) {
    CompletableFuture<Void> placed = new CompletableFuture<>();
    CompletableFuture<Void> raced = loading.putIfAbsent(id, placed);
    if (raced != null) {
      return raced;
    }
    unwrap(key, version, requester)
        .thenAccept(kek -> hold(id, kek, key))
        .whenComplete(
            (held, failure) -> {
              loading.remove(id, placed);
              if (failure == null) {
                placed.complete(null);
              } else {
                placed.completeExceptionally(failure);
              }
            });
    return placed;
  }

  /** Fails by its future alone: a load that others wait for must always end. */
  private CompletableFuture<ClearKey> unwrap(
      KeyMetadata key, KeyMetadata.Version version, Requester requester) {
    byte[] wrapped = version.wrappedKek();
    if (wrapped.length != WRAPPED_LENGTH) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("the snapshot has no KEK of " + version));
    }
    try {
      return gateway.unwrap(
          requester,
          version.kekLabel(),
          Arrays.copyOf(wrapped, IV_LENGTH),
          SoftwareKek.aad(key.tenant(), key.id(), version.number()),
          Arrays.copyOfRange(wrapped, IV_LENGTH, WRAPPED_LENGTH),
          null);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void hold(Id id, ClearKey kek, KeyMetadata key) {
    try (kek) {
      int place = takePlace();
      MemorySegment.copy(
          MemorySegment.ofBuffer(kek.bytes()), 0, memory, (long) place * LENGTH, LENGTH);
      long lifeMs = Math.min(limits.decryptMs(), key.limits().dataKeyMs());
      long uses = Math.min(limits.encryptRequestsMax(), key.limits().requestsMax());
      Kek old = keks.put(id, new Kek(place, nanoClock.getAsLong() + lifeMs * 1_000_000, uses));
      if (old != null) {
        free(old);
      }
    }
  }

  private synchronized int takePlace() {
    Iterator<Map.Entry<Id, Kek>> any = keks.entrySet().iterator();
    while (freeCount == 0 && any.hasNext()) {
      Map.Entry<Id, Kek> leaving = any.next();
      if (keks.remove(leaving.getKey(), leaving.getValue())) {
        free(leaving.getValue());
      }
    }
    if (freeCount == 0) {
      throw EncryptionKeys.tooMany();
    }
    return free[--freeCount];
  }

  private synchronized void free(Kek kek) {
    synchronized (kek) {
      if (kek.gone) {
        return;
      }
      kek.gone = true;
      memory.asSlice((long) kek.place * LENGTH, LENGTH).fill((byte) 0);
    }
    free[freeCount++] = kek.place;
  }

  /** Overwrites the KEKs that {@code keep} refuses, and those whose time or uses are over. */
  void evict(BiPredicate<UUID, Integer> keep) {
    long now = nanoClock.getAsLong();
    keks.forEach(
        (id, kek) -> {
          boolean over;
          synchronized (kek) {
            over = kek.usesLeft <= 0 || kek.endsAtNs - now <= 0;
          }
          if ((over || !keep.test(id.key(), id.version())) && keks.remove(id, kek)) {
            free(kek);
          }
        });
  }

  /** How many are kept. */
  int size() {
    return keks.size();
  }
}
