package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.server.store.HalfMade;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.Hsm;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Brings the table and the HSM in step at start: half-made versions are removed from both, and KEKs
 * that the table knows and the HSM lacks are named.
 */
public final class Reconciliation {
  private static final System.Logger LOG = System.getLogger(Reconciliation.class.getName());

  /** Another control plane's half-made version is left alone for so long. */
  private static final Duration ABANDONED = Duration.ofMinutes(10);

  private final Store store;
  private final Hsm hsm;

  /** Between {@code store} and {@code hsm}. */
  public Reconciliation(Store store, Hsm hsm) {
    this.store = store;
    this.hsm = hsm;
  }

  /** Removes what {@code node} left half-made when it was stopped. */
  public void removeHalfMade(String node, Clock clock) {
    Instant abandonedBefore = clock.instant().minus(ABANDONED);
    List<HalfMade> left = store.read(tx -> tx.halfMade().leftBy(node, abandonedBefore));
    for (HalfMade half : left) {
      // Another control plane may have finished it since it was looked up.
      if (!AbandonedVersion.remove(store, hsm, half, tx -> {})) {
        continue;
      }
      LOG.log(Level.INFO, "removed the half-made key version {0}", half.kekLabel());
    }
    store.change(
        tx -> {
          tx.idempotency().removeUnfinished(node, abandonedBefore);
          return null;
        });
  }

  /** The labels of KEKs that the HSM should hold and does not. */
  public List<String> missingKeks() {
    return store.read(tx -> tx.keys().kekLabels()).stream()
        .filter(label -> !hsm.hasKek(label))
        .toList();
  }
}
