package dev.cofre.controlplane.server.archive;

import java.util.List;
import java.util.TreeSet;

/**
 * The first so many events of an answer, as far as they are found; one that is found in two ways is
 * there once. Used by one thread.
 */
final class Found {
  private final int most;
  private final TreeSet<EventPlace> places = new TreeSet<>();

  Found(int most) {
    this.most = most;
  }

  /** Whether an event of {@code timeNs} may still be among the first. */
  boolean takes(long timeNs) {
    return places.size() < most || timeNs >= places.last().timeNs();
  }

  void add(EventPlace place) {
    if (places.add(place) && places.size() > most) {
      places.pollLast();
    }
  }

  /** In the order of the answer. */
  List<EventPlace> inOrder() {
    return List.copyOf(places);
  }
}
