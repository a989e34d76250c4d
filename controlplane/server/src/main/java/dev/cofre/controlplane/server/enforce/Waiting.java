package dev.cofre.controlplane.server.enforce;

import dev.cofre.controlplane.server.store.NodeTable;
import dev.cofre.controlplane.server.store.SnapshotHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One wait for a change. Not thread-safe: the watch alone uses it.
 *
 * <p>Who is waited for is settled by the first look, which comes after the commit: a node that is
 * written down later asks later too, and is answered with the change.
 */
final class Waiting {
  final CompletableFuture<Enforced> done = new CompletableFuture<>();
  final long deadlineNs;
  private final Map<String, Standing> standings = new LinkedHashMap<>();
  private SnapshotHead head;
  private Enforced last = new Enforced(null, false, List.of(), null);
  private boolean looked;
  private long dataKeyMs;

  /** Waits for {@code head}; null: for that of the first look. */
  Waiting(SnapshotHead head, long deadlineNs) {
    this.head = head;
    this.deadlineNs = deadlineNs;
  }

  /** Takes in what the store says; what is settled stays so. */
  void look(SnapshotHead now, List<NodeTable.Node> nodes, Instant at) {
    if (head == null) {
      head = now;
    }
    Map<String, NodeTable.Node> present = new LinkedHashMap<>();
    for (NodeTable.Node node : nodes) {
      String id = node.last().identity() + "\n" + node.last().instance();
      present.put(id, node);
      dataKeyMs = Math.max(dataKeyMs, node.last().dataKeyMs());
      if (!looked) {
        standings.put(id, standing(node));
      }
    }
    looked = true;
    standings.replaceAll(
        (id, before) ->
            before.isSettled()
                ? before
                : present.containsKey(id) ? standing(present.get(id)) : stopped(before, at));
    boolean complete = standings.values().stream().allMatch(Standing::isSettled);
    last =
        new Enforced(
            head,
            complete,
            new ArrayList<>(standings.values()),
            complete ? at.plusMillis(dataKeyMs) : null);
  }

  private Standing standing(NodeTable.Node node) {
    NodeTable.Sighting told = node.last();
    Standing.State state =
        node.follows(head)
            ? Standing.State.ACKNOWLEDGED
            : node.isFenced() ? Standing.State.FENCED : Standing.State.PENDING;
    Instant at = state == Standing.State.ACKNOWLEDGED ? node.acknowledgedAt() : node.fencedAt();
    return new Standing(told.name(), told.identity(), told.instance(), state, told.revision(), at);
  }

  private static Standing stopped(Standing before, Instant at) {
    return new Standing(
        before.node(),
        before.identity(),
        before.instance(),
        Standing.State.STOPPED,
        before.revision(),
        at);
  }

  boolean isComplete() {
    return last.complete();
  }

  /** Ends the wait with what was seen last. */
  void end() {
    done.complete(last);
  }
}
