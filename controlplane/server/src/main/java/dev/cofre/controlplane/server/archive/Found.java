package dev.cofre.controlplane.server.archive;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The first so many events of an answer, as far as they are found. Used by one thread. */
final class Found {
  private final int most;
  private final PriorityQueue<EventPlace> places =
      new PriorityQueue<>(Comparator.<EventPlace>naturalOrder().reversed());

  Found(int most) {
    this.most = most;
  }

  /** Whether an event of {@code timeNs} may still be among the first. */
  boolean takes(long timeNs) {
    return places.size() < most || timeNs >= places.peek().timeNs();
  }

  void add(EventPlace place) {
    places.add(place);
    if (places.size() > most) {
      places.poll();
    }
  }

  /** In the order of the answer. */
  List<EventPlace> inOrder() {
    return places.stream().sorted().toList();
  }
}
