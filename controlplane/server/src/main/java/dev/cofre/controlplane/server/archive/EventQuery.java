package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.RecordFields.Value;
import java.util.List;
import java.util.Optional;

/**
 * Which events are looked for. Immutable.
 *
 * @param alternatives an event has all values of one of these; one empty list: all events
 * @param fromNs not older than this, nanoseconds since 1970
 * @param toNs not newer
 * @param behind only what comes behind this place in the order of answers
 * @param limit how many at most
 */
public record EventQuery(
    List<List<Value>> alternatives,
    long fromNs,
    long toNs,
    Optional<EventPlace> behind,
    int limit) {
  /** Takes copies. */
  public EventQuery {
    alternatives = alternatives.stream().map(List::copyOf).toList();
  }

  /** The newest time that an event can have. */
  long latestNs() {
    return behind.map(place -> Math.min(toNs, place.timeNs())).orElse(toNs);
  }
}
