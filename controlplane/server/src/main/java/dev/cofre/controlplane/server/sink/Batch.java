package dev.cofre.controlplane.server.sink;

import java.util.List;
import java.util.Map;

/**
 * Events that are sent together, and where their logs go on when they were. Compared by identity:
 * what is tried again is the same batch. Immutable.
 */
final class Batch {
  private final List<SinkEvent> events;
  private final Map<String, Long> next;
  private final boolean last;

  Batch(List<SinkEvent> events, Map<String, Long> next, boolean last) {
    this.last = last;
    this.events = List.copyOf(events);
    this.next = Map.copyOf(next);
  }

  List<SinkEvent> events() {
    return events;
  }

  /** Whether there was nothing behind it when it was read. */
  boolean isLast() {
    return last;
  }

  /** The index behind the last one, for each log that is in it. */
  Map<String, Long> next() {
    return next;
  }
}
