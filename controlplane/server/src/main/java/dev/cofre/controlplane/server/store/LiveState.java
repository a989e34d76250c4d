package dev.cofre.controlplane.server.store;

import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.engine.snapshot.SnapshotState;
import java.util.List;

/**
 * What the data planes decide by, folded from the stored change sets: the control plane decides by
 * the same evaluator. Thread-safe.
 *
 * <p>Concurrency: one lock guards the fold; who reads gets an immutable state. It is brought up to
 * the head that the reader's transaction sees, so that a change decides by all changes before it.
 */
final class LiveState {
  private static final long REVISIONS_AT_ONCE = 1_000;

  private SnapshotState state = SnapshotState.NONE;

  /** The state at the head that {@code revisions} sees, or a later one. */
  synchronized SnapshotState at(RevisionTable revisions) {
    SnapshotHead head = revisions.head();
    if (state.epoch() != head.epoch()) {
      state = SnapshotState.NONE;
    }
    state = fold(revisions, head, state);
    return state;
  }

  /** {@code from} and all changes up to {@code head}. */
  static SnapshotState fold(RevisionTable revisions, SnapshotHead head, SnapshotState from) {
    SnapshotState state = from;
    while (state.revision() < head.revision()) {
      long upTo = Math.min(state.revision() + REVISIONS_AT_ONCE, head.revision());
      List<ChangeSet> changes = revisions.changesBetween(head.epoch(), state.revision(), upTo);
      if (changes.isEmpty()) {
        throw new StoreException(
            StoreException.Kind.FAULT, "the store lacks snapshot revisions up to " + upTo, null);
      }
      try {
        state = state.with(head.epoch(), changes, head.digest());
      } catch (SnapshotRejectedException e) {
        throw new StoreException(
            StoreException.Kind.FAULT, "a stored snapshot revision cannot be followed", e);
      }
    }
    return state;
  }
}
