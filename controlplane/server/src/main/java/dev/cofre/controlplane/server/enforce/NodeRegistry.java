package dev.cofre.controlplane.server.enforce;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.store.NodeTable;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Writes down which node asked when and what is in force on it, for all control planes of the
 * store. Thread-safe; blocks.
 *
 * <p>A node's lease counts from a question that was written down here before it was answered
 * freshly. So whoever knows when it asked last knows when it refuses at the latest.
 */
public final class NodeRegistry {
  private static final System.Logger LOG = System.getLogger(NodeRegistry.class.getName());

  /** For how long a node that has surely refused everything since stays on the list. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private final Store store;

  /** Writes to {@code store}. */
  public NodeRegistry(Store store) {
    this.store = store;
  }

  /**
   * Writes a question of {@code node} down.
   *
   * @param replaced the process whose place it has taken
   * @return false when the store is away: then nothing may be answered as fresh
   * @throws ProblemException {@code overloaded} when there are too many nodes
   */
  public boolean seen(NodeTable.Sighting node, Optional<String> replaced) {
    try {
      if (store.note(tx -> tx.nodes().seen(node))) {
        replaced.ifPresent(before -> leave(node.identity(), before));
        return true;
      }
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.AWAY) {
        LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
        return false;
      }
      throw e;
    }
    forget();
    throw new ProblemException(
        ErrorCode.OVERLOADED,
        "this installation has " + NodeTable.NODES_MAX + " data plane nodes, which is the most");
  }

  /** A process of {@code identity} serves nobody any more. */
  public boolean leave(String identity, String instance) {
    return store.note(tx -> tx.nodes().remove(identity, instance));
  }

  /** All nodes, by name. */
  public List<NodeTable.Node> nodes() {
    return store.read(tx -> tx.nodes().all());
  }

  /** Takes nodes off the list that have refused everything for an hour. */
  public void forget() {
    for (NodeTable.Node node : nodes()) {
      if (node.fencedAt().plus(REMEMBERED).isBefore(node.now())) {
        store.note(
            tx -> {
              tx.nodes().forget(node);
              return null;
            });
      }
    }
  }
}
