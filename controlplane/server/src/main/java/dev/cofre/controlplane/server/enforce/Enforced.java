package dev.cofre.controlplane.server.enforce;

import dev.cofre.controlplane.server.store.SnapshotHead;
import java.time.Instant;
import java.util.List;

/**
 * How far a change is in force. Immutable.
 *
 * @param head the revision that is waited for; null when the store could not be asked
 * @param complete whether the change holds on every node, or the node refuses everything
 * @param dataKeysUntil until when data keys live that were handed out before; null when it is not
 *     complete: then more may be handed out
 */
public record Enforced(
    SnapshotHead head, boolean complete, List<Standing> nodes, Instant dataKeysUntil) {
  /** Takes a copy of {@code nodes}. */
  public Enforced {
    nodes = List.copyOf(nodes);
  }
}
