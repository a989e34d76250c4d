package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Origin;
import dev.cofre.controlplane.domain.VersionLimits;
import dev.cofre.controlplane.server.store.HalfMade;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Rotates several keys at once: one transaction for the half-made versions, the KEKs in the HSM,
 * one transaction and one snapshot revision that make the versions visible. Thread-safe.
 *
 * <p>Between the two, others change what they like: a key that was rotated, disabled or removed
 * meanwhile is left alone, and its half-made version is taken back. At most half of the time the
 * HSM is asked for something: the rest is for the traffic.
 */
public final class RotationBatch {
  private static final long REST_NS_MAX = 200_000_000;

  private final Store store;
  private final Hsm hsm;
  private final KekMaker keks;
  private final Destruction.Witness witness;
  private final String instance;
  private final Duration useAge;

  /**
   * Works on {@code store} and {@code hsm}.
   *
   * @param instance this process among the control planes: what others see half-made is left alone
   *     while it is alive
   * @param useAge younger versions are not replaced for how much they have encrypted
   */
  public RotationBatch(
      Store store,
      Hsm hsm,
      KekMaker keks,
      Destruction.Witness witness,
      String instance,
      Duration useAge) {
    this.store = store;
    this.hsm = hsm;
    this.keks = keks;
    this.witness = witness;
    this.instance = instance;
    this.useAge = useAge;
  }

  /** A version that is being made, and its key as it was. */
  private record Begun(HalfMade half, KeyVersion version, KmsKey key) {}

  /**
   * Rotates those of {@code ids} that are due.
   *
   * @return how many were rotated
   */
  public int run(List<UUID> ids, String by) {
    List<Begun> begun = store.change(tx -> begin(tx, ids, by));
    List<Begun> left = new ArrayList<>(begun);
    try {
      Map<Begun, byte[]> wrapped = new HashMap<>();
      for (Begun one : begun) {
        long beganNs = System.nanoTime();
        wrapped.put(one, keks.make(one.half, one.key.tenant(), one.version));
        rest(System.nanoTime() - beganNs);
      }
      left.removeAll(store.<List<Begun>>change(tx -> finish(tx, begun, wrapped, by)));
    } finally {
      left.forEach(one -> AbandonedVersion.remove(store, hsm, one.half, tx -> {}));
    }
    return begun.size() - left.size();
  }

  /** Leaves the token to others for as long as it was kept busy: a slow one is asked less often. */
  private static void rest(long busyNs) {
    LockSupport.parkNanos(Math.min(busyNs, REST_NS_MAX));
  }

  private List<Begun> begin(Transaction tx, List<UUID> ids, String by) {
    List<Begun> begun = new ArrayList<>();
    for (UUID id : ids) {
      Optional<KmsKey> key = due(tx, id);
      if (key.isEmpty()) {
        continue;
      }
      int number = tx.halfMade().nextVersion(id);
      HalfMade half = new HalfMade(id, number, KmsKey.freshKekLabel(id, number));
      KeyVersion version =
          new KeyVersion(
              number,
              key.get().draft().protection(),
              half.kekLabel(),
              tx.now(),
              by,
              KeyLifecycle.generated(tx, key.get().draft()));
      tx.halfMade().insertVersion(id, version, instance);
      begun.add(new Begun(half, version, key.get()));
    }
    return begun;
  }

  private List<Begun> finish(
      Transaction tx, List<Begun> begun, Map<Begun, byte[]> wrapped, String by) {
    List<Begun> finished = new ArrayList<>();
    for (Begun one : begun) {
      Optional<KmsKey> key =
          due(tx, one.half.keyId())
              .filter(found -> found.currentVersion() + 1 == one.half.number());
      if (key.isPresent()
          && tx.halfMade().finish(one.half.keyId(), one.half.number(), wrapped.get(one))) {
        tx.keys().update(key.get().with(one.version, tx.now(), by));
        witness.record(ManagementAction.KEY_ROTATE, one.half.keyId().toString(), null);
        finished.add(one);
      }
    }
    return finished;
  }

  private Optional<KmsKey> due(Transaction tx, UUID id) {
    return tx.keys()
        .find(id)
        .filter(key -> key.state().name() == KeyState.Name.ACTIVE)
        .filter(key -> key.draft().origin() == Origin.GENERATED)
        .filter(
            key -> {
              DataClassRules rules = tx.dataClasses().rules(key.draft().dataClass());
              return isOlder(key, rules.rotationDueBefore(tx.now()))
                  || (isOlder(key, tx.now().minus(useAge)) && isUsed(tx, key, rules));
            });
  }

  private static boolean isOlder(KmsKey key, Instant time) {
    return !key.current().createdAt().isAfter(time);
  }

  private static boolean isUsed(Transaction tx, KmsKey key, DataClassRules rules) {
    return rules
        .versions()
        .isUsed(tx.odometer().of(key.id(), key.currentVersion()), VersionLimits.ROLL_SHARE);
  }
}
