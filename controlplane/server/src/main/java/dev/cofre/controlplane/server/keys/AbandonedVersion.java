package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.server.store.HalfMade;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import java.util.function.Consumer;

/** Takes back the making of a key version. Stateless. */
final class AbandonedVersion {
  private AbandonedVersion() {}

  /**
   * Gives the version up, then removes the KEK, then the row: a row without a KEK is found again at
   * the next start, a KEK without a row is not.
   *
   * @param undo runs in the transaction that removes the row
   * @return false when it was finished meanwhile, and stays
   */
  static boolean remove(Store store, Hsm hsm, HalfMade half, Consumer<Transaction> undo) {
    // When a commit's outcome was unknown, the version may be visible: then its KEK must stay.
    if (!store.<Boolean>change(tx -> tx.halfMade().beginRemoval(half))) {
      return false;
    }
    hsm.destroyKek(half.kekLabel());
    store.change(
        tx -> {
          if (tx.halfMade().remove(half)) {
            undo.accept(tx);
          }
          return null;
        });
    return true;
  }
}
