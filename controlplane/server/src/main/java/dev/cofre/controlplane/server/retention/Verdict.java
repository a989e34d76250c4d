package dev.cofre.controlplane.server.retention;

import dev.cofre.controlplane.server.archive.CompleteSegment;
import dev.cofre.controlplane.server.archive.SegmentReading;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What becomes of a segment. Immutable.
 *
 * @param outcome whether it goes, or why it stays
 * @param until when its time is over; null: it has no end, or that was not looked at
 * @param newest the time of its newest event, or one that is not before that
 * @param holds that hold it
 * @param why in words
 * @param reading what it holds; empty unless it goes
 */
public record Verdict(
    CompleteSegment segment,
    Outcome outcome,
    Instant until,
    Instant newest,
    List<String> holds,
    String why,
    Optional<SegmentReading> reading) {
  /** Whether a segment goes, or why it stays. */
  public enum Outcome {
    /** Its time is over, and nothing stands in the way. */
    DUE,
    /** Its time is not over. */
    YOUNG,
    /** Events in it are kept for ever. */
    FOREVER,
    /** A legal hold is on events in it. */
    HELD,
    /** A sink, or the rules of alerts, have not had all of it. */
    UNREAD,
    /** No head that is kept here is over all of it. */
    UNSEALED,
    /** It is the newest one of its log: there the log's end is known. */
    NEWEST,
    /** It is not as it was sealed: evidence, to be looked at. */
    DAMAGED;

    /** The name in answers. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Takes a copy. */
  public Verdict {
    holds = List.copyOf(holds);
  }

  static Verdict stays(CompleteSegment segment, Outcome outcome, Instant until, String why) {
    return new Verdict(segment, outcome, until, null, List.of(), why, Optional.empty());
  }

  /** The time of the oldest event of its segment, which has one. */
  public Instant oldest() {
    return Judge.instant(segment.oldestNs());
  }

  /** The time of the newest event of its segment, which has one. */
  public Instant newestOfSegment() {
    return Judge.instant(segment.newestNs());
  }
}
