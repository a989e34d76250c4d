package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.server.store.HalfMade;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Rotates several keys at once: one transaction for the half-made versions, the KEKs in the HSM,
 * one transaction and one snapshot revision that make the versions visible. Thread-safe.
 *
 * <p>Between the two, others change what they like: a key that was rotated, disabled or removed
 * meanwhile is left alone, and its half-made version is taken back.
 */
public final class RotationBatch {
  private final Store store;
  private final Hsm hsm;
  private final Destruction.Witness witness;
  private final String node;

  /** Works on {@code store} and {@code hsm} in the name of {@code node}. */
  public RotationBatch(Store store, Hsm hsm, Destruction.Witness witness, String node) {
    this.store = store;
    this.hsm = hsm;
    this.witness = witness;
    this.node = node;
  }

  private record Begun(HalfMade half, KeyVersion version) {}

  /**
   * Rotates those of {@code ids} that are due.
   *
   * @return how many were rotated
   */
  public int run(List<UUID> ids, String by) {
    List<Begun> begun = store.change(tx -> begin(tx, ids, by));
    List<Begun> left = new ArrayList<>(begun);
    try {
      for (Begun one : begun) {
        hsm.generateKek(one.half.kekLabel());
      }
      left.removeAll(store.<List<Begun>>change(tx -> finish(tx, begun, by)));
    } finally {
      left.forEach(one -> AbandonedVersion.remove(store, hsm, one.half, tx -> {}));
    }
    return begun.size() - left.size();
  }

  private List<Begun> begin(Transaction tx, List<UUID> ids, String by) {
    List<Begun> begun = new ArrayList<>();
    for (UUID id : ids) {
      if (due(tx, id).isEmpty()) {
        continue;
      }
      int number = tx.halfMade().nextVersion(id);
      HalfMade half = new HalfMade(id, number, KmsKey.freshKekLabel(id, number));
      KeyVersion version = new KeyVersion(number, Protection.HSM, half.kekLabel(), tx.now(), by);
      tx.halfMade().insertVersion(id, version, node);
      begun.add(new Begun(half, version));
    }
    return begun;
  }

  private List<Begun> finish(Transaction tx, List<Begun> begun, String by) {
    List<Begun> finished = new ArrayList<>();
    for (Begun one : begun) {
      Optional<KmsKey> key =
          due(tx, one.half.keyId())
              .filter(found -> found.currentVersion() + 1 == one.half.number());
      if (key.isPresent() && tx.halfMade().finish(one.half.keyId(), one.half.number())) {
        tx.keys().update(key.get().with(one.version, tx.now(), by));
        witness.record(ManagementAction.KEY_ROTATE, one.half.keyId().toString(), null);
        finished.add(one);
      }
    }
    return finished;
  }

  private static Optional<KmsKey> due(Transaction tx, UUID id) {
    return tx.keys()
        .find(id)
        .filter(key -> key.state().name() == KeyState.Name.ACTIVE)
        .filter(
            key -> {
              DataClassRules rules = tx.dataClasses().rules(key.draft().dataClass());
              return !key.current().createdAt().isAfter(rules.rotationDueBefore(tx.now()));
            });
  }
}
