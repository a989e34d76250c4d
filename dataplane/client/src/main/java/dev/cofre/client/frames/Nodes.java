package dev.cofre.client.frames;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The nodes of a client, and which one the next attempt goes to: of two drawn at random the one
 * with fewer requests open. Thread-safe.
 */
final class Nodes {
  private final List<Node> nodes;

  Nodes(Vertx vertx, FrameOptions options, Dispatcher dispatcher) {
    Connector connector = new Connector(vertx, options);
    nodes =
        options.nodes().stream()
            .map(address -> new Node(vertx, address, options, connector, dispatcher))
            .toList();
  }

  /** The node for the next attempt, another one than {@code last} if there is one. */
  Node choose(Node last) {
    if (nodes.size() == 1) {
      return nodes.get(0);
    }
    long nowNs = System.nanoTime();
    Node chosen = best(last, nowNs);
    if (chosen == null && last != null && last.isFree(nowNs)) {
      return last;
    }
    return chosen != null ? chosen : soonest(nowNs);
  }

  private Node best(Node not, long nowNs) {
    Node first = draw(not, null, nowNs);
    Node second = first == null ? null : draw(not, first, nowNs);
    return second != null && second.open() < first.open() ? second : first;
  }

  /** A free node at random, neither of the two, or null. */
  private Node draw(Node not, Node nor, long nowNs) {
    int size = nodes.size();
    int start = ThreadLocalRandom.current().nextInt(size);
    for (int i = 0; i < size; i++) {
      int at = start + i;
      Node node = nodes.get(at < size ? at : at - size);
      if (node != not && node != nor && node.isFree(nowNs)) {
        return node;
      }
    }
    return null;
  }

  /** With no node free: the one that will be first. */
  private Node soonest(long nowNs) {
    Node soonest = nodes.get(0);
    for (Node node : nodes) {
      if (node.freeInNs(nowNs) < soonest.freeInNs(nowNs)) {
        soonest = node;
      }
    }
    return soonest;
  }

  boolean hasOtherThan(Node node) {
    return draw(node, null, System.nanoTime()) != null;
  }

  Future<Void> close() {
    return Future.join(nodes.stream().map(Node::close).toList()).mapEmpty();
  }
}
