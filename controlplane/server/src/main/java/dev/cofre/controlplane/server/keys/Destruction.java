package dev.cofre.controlplane.server.keys;

import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.tombstone.TombstoneVerifier;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyState.DestructionScheduled;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.server.signing.InstallationKey;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * Destroys keys and versions whose waiting period has ended (docs/ARCHITECTURE.md, "The life of a
 * key").
 *
 * <p>Three steps: the store says that the destruction has begun; the KEKs are destroyed in the HSM;
 * the store says that it has ended, and has the tombstone. Whatever stops the process in between,
 * the key is found again as due, and the second step may be done twice. Thread-safe.
 */
public final class Destruction {
  private final Store store;
  private final Hsm hsm;
  private final InstallationKey signing;
  private final Witness witness;
  private final String node;

  /** Who writes down what happens to keys. */
  @FunctionalInterface
  public interface Witness {
    /**
     * Writes it to the audit log, before it is committed.
     *
     * @param phase {@code begin} or {@code end} of what has two ends; else null
     */
    void record(ManagementAction action, String subject, String phase);
  }

  /** Destroys what {@code store} says in {@code hsm}, in the name of {@code node}. */
  public Destruction(Store store, Hsm hsm, InstallationKey signing, Witness witness, String node) {
    this.store = store;
    this.hsm = hsm;
    this.signing = signing;
    this.witness = witness;
    this.node = node;
  }

  /**
   * Destroys all versions of the key {@code id}, or the one with {@code number}, when that is due;
   * false when it is not, or not any more.
   *
   * @param number of the version, or {@link Tombstone#WHOLE_KEY}
   * @throws dev.cofre.hsm.HsmException when the HSM fails; it is to be tried again
   */
  public boolean run(UUID id, int number, String by) {
    Optional<KmsKey> begun = store.change(tx -> begin(tx, id, number, by));
    if (begun.isEmpty()) {
      return false;
    }
    KmsKey key = begun.get();
    for (KeyVersion version : key.versions()) {
      if (isMeant(version, number) && version.protection() == Protection.HSM) {
        hsm.destroyKek(version.kekLabel());
      }
    }
    Tombstone tombstone = sign(key, number, by);
    return store.<Boolean>change(tx -> end(tx, id, number, by, tombstone));
  }

  private static boolean isMeant(KeyVersion version, int number) {
    return (number == Tombstone.WHOLE_KEY || number == version.number())
        && version.state() instanceof DestructionScheduled scheduled
        && scheduled.begun();
  }

  private Optional<KmsKey> begin(Transaction tx, UUID id, int number, String by) {
    KmsKey key = tx.keys().find(id).orElseThrow();
    Optional<DestructionScheduled> scheduled =
        scheduled(key, number).filter(due -> !due.at().isAfter(tx.now()));
    if (scheduled.isEmpty()) {
      return Optional.empty();
    }
    if (scheduled.get().begun()) {
      return Optional.of(key);
    }
    KmsKey begun = key.beginDestruction(number, tx.now(), by);
    tx.keys().update(begun);
    witness.record(action(number), subject(id, number), "begin");
    return Optional.of(begun);
  }

  private static Optional<DestructionScheduled> scheduled(KmsKey key, int number) {
    KeyState state =
        number == Tombstone.WHOLE_KEY
            ? key.state()
            : key.version(number).map(KeyVersion::state).orElse(null);
    return state instanceof DestructionScheduled due ? Optional.of(due) : Optional.empty();
  }

  private Tombstone sign(KmsKey key, int number, String by) {
    return store.read(
        tx -> {
          byte[] document =
              TombstoneDocument.of(key, number, tx.now(), by, node)
                  .encode()
                  .getBytes(StandardCharsets.UTF_8);
          return new Tombstone(
              key.id(),
              number,
              document,
              signing.sign(TombstoneVerifier.signingInput(document)),
              SnapshotVerifier.keyId(signing.publicKey()),
              tx.now());
        });
  }

  private boolean end(Transaction tx, UUID id, int number, String by, Tombstone tombstone) {
    KmsKey key = tx.keys().find(id).orElseThrow();
    if (scheduled(key, number).filter(DestructionScheduled::begun).isEmpty()) {
      // Another control plane was at it too, and was done first.
      return false;
    }
    tx.keys().update(key.endDestruction(number, tombstone.createdAt(), by));
    tx.tombstones().insert(tombstone);
    witness.record(action(number), subject(id, number), "end");
    return true;
  }

  private static ManagementAction action(int number) {
    return number == Tombstone.WHOLE_KEY
        ? ManagementAction.KEY_DESTROY
        : ManagementAction.KEY_VERSION_DESTROY;
  }

  private static String subject(UUID id, int number) {
    return number == Tombstone.WHOLE_KEY ? id.toString() : id + "/" + number;
  }
}
