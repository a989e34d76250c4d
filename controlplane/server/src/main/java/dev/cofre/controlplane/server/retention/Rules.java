package dev.cofre.controlplane.server.retention;

import dev.cofre.controlplane.domain.AuditHold;
import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.time.Instant;
import java.util.List;

/**
 * What is decided by, as it is at one moment. Immutable.
 *
 * @param retention how long events are kept
 * @param holds the legal holds that are not lifted
 * @param now the time
 */
record Rules(AuditRetention retention, List<AuditHold> holds, Instant now) {
  Rules {
    holds = List.copyOf(holds);
  }

  static Rules of(Store store) {
    return store.read(
        tx -> new Rules(tx.auditRetention().get(), tx.auditHolds().active(), tx.now()));
  }

  /** Whether they are still so; within a change, so that they stay so until it is committed. */
  boolean areStill(Transaction tx) {
    return tx.auditRetention().get().equals(retention) && tx.auditHolds().active().equals(holds);
  }
}
