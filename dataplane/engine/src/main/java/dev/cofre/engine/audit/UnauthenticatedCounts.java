package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditEvent;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * One counted record for each source and second of callers who proved nothing. Thread-safe.
 *
 * <p>The count stands in the record and is raised there while its second lasts: so each request is
 * in the log before its answer, and a flood takes no more room than a single request. Beyond
 * {@value #SOURCES_MAX} sources in a second, the others share a record whose address is {@value
 * #OTHERS}.
 *
 * <p>Concurrency: two threads that see a source first at the same time both write a record, and one
 * of them is raised from then on; the counts of a source's records add up. A record that was sealed
 * is settled and raised no more: who finds it so writes another one.
 */
final class UnauthenticatedCounts {
  static final String OTHERS = "other";
  static final int SOURCES_MAX = 64;
  private static final long LATE_SECONDS_MAX = 60;

  private final SegmentChain chain;
  private volatile Second current = new Second(Long.MIN_VALUE, new ConcurrentHashMap<>());

  /** Whose requests share a record, and what they were told. */
  private record Source(String address, String code) {}

  /** Where a counted record is. */
  record Place(Segment segment, int at, int length) {}

  private record Second(long number, ConcurrentMap<Source, Place> places) {}

  UnauthenticatedCounts(SegmentChain chain) {
    this.chain = chain;
  }

  /** Counts {@code event} and returns where; null when there is no room. */
  Place count(AuditEvent event) {
    Second second = second(event.time().getEpochSecond());
    String address = event.address() == null ? OTHERS : event.address();
    Source source = new Source(address, event.code());
    Place place = second.places.get(source);
    if (place == null && second.places.size() >= SOURCES_MAX) {
      source = new Source(OTHERS, event.code());
      place = second.places.get(source);
    }
    if (place != null && place.segment.raise(place.at)) {
      return place;
    }
    Place fresh = append(event, source.address);
    if (fresh != null) {
      if (place == null) {
        second.places.putIfAbsent(source, fresh);
      } else {
        second.places.replace(source, place, fresh);
      }
    }
    return fresh;
  }

  /** A thread that is late counts into the second that has begun, unless the clock was set back. */
  private Second second(long number) {
    Second second = current;
    if (number > second.number || number < second.number - LATE_SECONDS_MAX) {
      second = new Second(number, new ConcurrentHashMap<>());
      current = second;
    }
    return second;
  }

  private Place append(AuditEvent event, String address) {
    Records records = Records.ofThread();
    records.encoder().add(event.counted(address));
    return chain.append(records)
        ? new Place(records.segment(), records.at(), records.length())
        : null;
  }
}
