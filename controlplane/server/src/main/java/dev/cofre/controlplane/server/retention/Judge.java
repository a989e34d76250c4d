package dev.cofre.controlplane.server.retention;

import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.CompleteSegment;
import dev.cofre.controlplane.server.archive.SegmentReading;
import dev.cofre.controlplane.server.retention.Verdict.Outcome;
import dev.cofre.controlplane.server.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what becomes of segments, by rules as they were at one moment: a segment stays unless all
 * that must be so is. Used by one thread; reads each segment whole whose time may be over.
 */
final class Judge {
  private final Archive archive;
  private final Store store;
  private final Readers readers;
  private final Rules rules;
  private final int daysMin;
  private final List<HeldEvents> holds;

  /**
   * By {@code rules}.
   *
   * @param daysMin no event is removed sooner, whatever the rules say
   */
  Judge(Archive archive, Store store, Readers readers, Rules rules, int daysMin) {
    this.archive = archive;
    this.store = store;
    this.readers = readers;
    this.rules = rules;
    this.daysMin = daysMin;
    this.holds = rules.holds().stream().map(HeldEvents::new).toList();
  }

  /**
   * What becomes of {@code segment}.
   *
   * @param newestNs the time of its newest event, or one that is not before that
   */
  Verdict judge(CompleteSegment segment, long newestNs) throws IOException {
    AuditRetention retention = rules.retention();
    if (segment.isNewest()) {
      return Verdict.stays(
          segment, Outcome.NEWEST, null, "it is the newest complete segment of its log");
    }
    if (retention.shortest().isEmpty()) {
      return Verdict.stays(segment, Outcome.FOREVER, null, "no period is set");
    }
    // By what an event says of its own time alone, whoever writes it could have it removed at once.
    Instant archived = archive.completedAt(segment);
    Instant newest = instant(newestNs);
    Instant since = newest.isAfter(archived) ? newest : archived;
    Instant soonest = end(since, retention.shortest().getAsInt());
    if (soonest.isAfter(rules.now())) {
      return young(segment, soonest);
    }
    Optional<String> reader = readers.behind(segment.origin(), segment.end());
    if (reader.isPresent()) {
      return Verdict.stays(
          segment, Outcome.UNREAD, soonest, reader.get() + " does not have all of it yet");
    }
    if (archive.sealedTo(segment.origin()) < segment.end()) {
      return Verdict.stays(segment, Outcome.UNSEALED, soonest, "no head here is over all of it");
    }
    List<String> ofAll = holds.stream().filter(HeldEvents::isOfAll).map(HeldEvents::name).toList();
    return ofAll.isEmpty() ? read(segment, newest, since) : held(segment, null, ofAll);
  }

  private Verdict read(CompleteSegment segment, Instant newest, Instant since) throws IOException {
    // What does not overlap with its times holds nothing in it; of lost events no time is known.
    List<HeldEvents> near =
        holds.stream()
            .filter(
                hold ->
                    segment.isTimeless() || hold.mayHold(segment.oldestNs(), segment.newestNs()))
            .toList();
    SegmentEvents events = new SegmentEvents(near);
    SegmentReading reading = archive.read(segment, events);
    if (!reading.isIntact()) {
      return Verdict.stays(
          segment,
          Outcome.DAMAGED,
          null,
          "its records are not those of its hashes: verify it with ./cofre audit verify");
    }
    boolean isUnknown = reading.isUnclear() || events.hasTooManyKeys();
    Set<DataClass> classes = isUnknown ? EnumSet.allOf(DataClass.class) : events.classes(store);
    OptionalInt days = rules.retention().longest(classes, isUnknown || events.isOfNoKey());
    Instant until = days.isEmpty() ? null : end(since, days.getAsInt());
    List<String> held =
        reading.isUnclear()
            ? near.stream().map(HeldEvents::name).toList()
            : List.copyOf(events.held());
    if (!held.isEmpty()) {
      return held(segment, until, held);
    }
    String about =
        isUnknown
            ? "events that cannot be told apart"
            : "events of "
                + (classes.isEmpty()
                    ? "no key"
                    : classes.stream().map(DataClass::wireName).collect(Collectors.joining(", ")));
    if (until == null) {
      return Verdict.stays(
          segment, Outcome.FOREVER, null, "it holds " + about + ", of which some have no period");
    }
    if (until.isAfter(rules.now())) {
      return Verdict.stays(
          segment, Outcome.YOUNG, until, "it holds " + about + ", kept until " + until);
    }
    return new Verdict(
        segment,
        Outcome.DUE,
        until,
        newest,
        List.of(),
        "its time was over at " + until,
        Optional.of(reading));
  }

  private static Verdict young(CompleteSegment segment, Instant soonest) {
    return Verdict.stays(
        segment, Outcome.YOUNG, soonest, "none of its periods is over before " + soonest);
  }

  private static Verdict held(CompleteSegment segment, Instant until, List<String> names) {
    return new Verdict(
        segment,
        Outcome.HELD,
        until,
        null,
        names,
        "under legal hold: " + String.join(", ", names),
        Optional.empty());
  }

  private Instant end(Instant since, int days) {
    return since.plus(Duration.ofDays(Math.max(days, daysMin)));
  }

  static Instant instant(long timeNs) {
    return Instant.ofEpochSecond(
        Math.floorDiv(timeNs, 1_000_000_000L), Math.floorMod(timeNs, 1_000_000_000L));
  }
}
