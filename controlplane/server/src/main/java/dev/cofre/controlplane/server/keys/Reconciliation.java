package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.server.store.HalfMade;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.Hsm;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Brings the table and the HSM in step: half-made versions of dead control planes are removed from
 * both; KEKs that the table knows and the HSM lacks are named, and those that the HSM holds and the
 * table does not know are told of, never destroyed. Thread-safe; blocks.
 */
public final class Reconciliation {
  private static final System.Logger LOG = System.getLogger(Reconciliation.class.getName());
  private static final String KEK_PREFIX = "kek-";
  private static final int NAMED_MAX = 20;

  private final Store store;
  private final Hsm hsm;
  private volatile Set<String> missing = Set.of();
  private volatile Set<String> unknown = Set.of();

  /** Between {@code store} and {@code hsm}. */
  public Reconciliation(Store store, Hsm hsm) {
    this.store = store;
    this.hsm = hsm;
  }

  /** Removes what control planes left half-made that are dead now. */
  public void removeHalfMade() {
    for (HalfMade half : store.read(tx -> tx.halfMade().leftByTheDead())) {
      // Its owner may have been slow, not dead, and have finished it since it was looked up.
      if (!AbandonedVersion.remove(store, hsm, half, tx -> {})) {
        continue;
      }
      LOG.log(Level.INFO, "removed the half-made key version {0}", half.kekLabel());
    }
    // After the rows: a request that is sent again must not meet what it left half-made.
    if (store.<Boolean>read(tx -> tx.idempotency().hasUnfinishedOfTheDead())) {
      store.change(
          tx -> {
            tx.idempotency().removeUnfinishedOfTheDead();
            return null;
          });
    }
  }

  /**
   * Compares the HSM's KEKs with the table's; what is new is told in the log.
   *
   * <p>The HSM is read before the table, whose rows are written before and removed after their
   * KEKs: so what is being made or destroyed meanwhile looks wrong for a moment only, and is looked
   * at again.
   */
  public void compare() {
    Set<String> held = new HashSet<>(hsm.kekLabels());
    held.removeIf(label -> !label.startsWith(KEK_PREFIX));
    // The half-made ones first: what is finished in between is seen twice, never not at all.
    List<String> halfMade = store.read(tx -> tx.halfMade().labels());
    Set<String> known = new HashSet<>(store.read(tx -> tx.keys().kekLabels()));
    Set<String> absent = new TreeSet<>(known);
    absent.removeAll(held);
    absent.removeIf(hsm::hasKek);
    Set<String> strange = new TreeSet<>(held);
    strange.removeAll(known);
    halfMade.forEach(strange::remove);
    strange.removeIf(label -> !hsm.hasKek(label));
    if (!absent.equals(missing)) {
      tellMissing(absent);
    }
    if (!strange.equals(unknown)) {
      tellUnknown(strange);
    }
    missing = absent;
    unknown = strange;
  }

  private static void tellMissing(Set<String> absent) {
    if (absent.isEmpty()) {
      LOG.log(Level.INFO, "the HSM holds all KEKs again");
    } else {
      LOG.log(
          Level.ERROR,
          "the HSM lacks {0} KEKs that the store knows: {1}; restore the token",
          absent.size(),
          named(absent));
    }
  }

  private static void tellUnknown(Set<String> strange) {
    if (!strange.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "the HSM holds {0} KEKs that the store does not know: {1}; they are left alone",
          strange.size(),
          named(strange));
    }
  }

  private static List<String> named(Set<String> labels) {
    return labels.stream().limit(NAMED_MAX).toList();
  }

  /** The labels of KEKs that the HSM should hold and did not when it was last compared. */
  public Set<String> missingKeks() {
    return missing;
  }

  /** The labels of KEKs that the HSM held when it was last compared and nobody knows. */
  public Set<String> unknownKeks() {
    return unknown;
  }
}
