package dev.cofre.engine.keys;

import dev.cofre.engine.snapshot.ClassLimits;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import java.util.List;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * All data keys of a node: those that encrypt and those that decrypt, in one memory with a limit.
 * Thread-safe.
 */
public final class DataKeys {
  /** The handle of no data key. */
  public static final long NONE = KeySlots.NONE;

  /** Of how many data keys it is told what is left. */
  public static final int MOST_USED_MAX = 20;

  private static final int ENCRYPTION_KEYS_MAX = 16_384;

  /** Keys that leave and keys that enter overlap for a moment. */
  private static final int SPARE = 1_024;

  private final KeyWrapping wrapping;
  private final KeySlots slots;
  private final DecryptionKeys decryption;
  private final EncryptionKeys encryption;
  private volatile List<DataKeyLeft> mostUsed = List.of();

  /** No data keys yet; {@code nanoClock} counts like {@link System#nanoTime()}. */
  public DataKeys(KeyWrapping wrapping, KeyLimits limits, LongSupplier nanoClock) {
    this.wrapping = wrapping;
    this.slots = new KeySlots(limits.decryptEntriesMax() + ENCRYPTION_KEYS_MAX + SPARE);
    this.decryption = new DecryptionKeys(wrapping, slots, limits, nanoClock);
    this.encryption =
        new EncryptionKeys(wrapping, decryption, slots, limits, ENCRYPTION_KEYS_MAX, nanoClock);
  }

  /** The data keys that decrypt. */
  public DecryptionKeys decryption() {
    return decryption;
  }

  /** The data keys that encrypt. */
  public EncryptionKeys encryption() {
    return encryption;
  }

  /** An event loop's derivations from them. */
  public Derivations newDerivations() {
    return new Derivations(slots);
  }

  /**
   * Overwrites the data keys of keys that {@code snapshot} does not let work any more.
   *
   * @param snapshot is asked for each data key: one that came by a later snapshot is not judged by
   *     an earlier one
   */
  public void evict(Supplier<SnapshotState> snapshot) {
    encryption.evict((id, version) -> limits(snapshot.get(), id, version));
    BiPredicate<UUID, Integer> decrypts =
        (id, version) -> {
          KeyMetadata key = snapshot.get().key(id);
          return key != null && key.decrypts(version);
        };
    decryption.evict(decrypts);
    wrapping.evict(decrypts);
  }

  /** The limits of a version that encrypts, else null. */
  private static ClassLimits limits(SnapshotState state, UUID id, int version) {
    KeyMetadata key = state.key(id);
    return key != null && key.encrypts() && key.currentVersion() == version ? key.limits() : null;
  }

  /**
   * Looks how much is left of the data keys that encrypt under {@code state}. Walks over all of
   * them, so not on an event loop.
   */
  public void measure(SnapshotState state) {
    mostUsed = encryption.mostUsed((id, version) -> limits(state, id, version), MOST_USED_MAX);
  }

  /**
   * What was left of the data keys that encrypt when it was {@link #measure measured} last, of
   * which most is used first; {@value #MOST_USED_MAX} at most.
   */
  public List<DataKeyLeft> mostUsed() {
    return mostUsed;
  }

  /** Overwrites data keys whose time is over. Walks over all of them, so not on an event loop. */
  public void sweep() {
    encryption.evict((id, version) -> ClassLimits.NONE);
    decryption.sweep();
    wrapping.evict((id, version) -> true);
  }

  /**
   * How many requests waited for a data key in use: one that was over before its successor came.
   */
  public long waits() {
    return encryption.waits() + decryption.waits();
  }
}
