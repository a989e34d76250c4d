package dev.cofre.controlplane.server.retention;

import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.contract.transparency.SignedNote;
import dev.cofre.controlplane.domain.AuditRemoval;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.CompleteSegment;
import dev.cofre.controlplane.server.archive.SegmentReading;
import dev.cofre.controlplane.server.keys.Destruction;
import dev.cofre.controlplane.server.retention.Verdict.Outcome;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Removes segments of the archive whose time is over, the oldest of a log first. Thread-safe.
 *
 * <p>A removal is decided in one transaction, in order with all changes of periods and holds: its
 * row is in the store, and its event in the audit log, before anything is done. Then the record is
 * signed and kept in the archive, then the files go, then the row says so. What a kill leaves is
 * finished by the next turn: either the segment is there, or its removal is recorded.
 */
public final class Retention {
  /** So many segments are decided on in a turn, at most; each was read whole. */
  private static final int DECIDED_MAX = 8;

  private static final int OPEN_MAX = 64;

  /** A log whose oldest segment stays for one of these is late. */
  private static final Set<Outcome> IN_THE_WAY =
      EnumSet.of(Outcome.HELD, Outcome.UNREAD, Outcome.UNSEALED, Outcome.DAMAGED);

  private final Archive archive;
  private final Store store;
  private final Readers readers;
  private final RemovalSigner signer;
  private final Destruction.Witness witness;
  private final int daysMin;
  private volatile long blocked;
  private final LongAdder removedSegments = new LongAdder();
  private final LongAdder removedEvents = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /**
   * Of {@code archive}.
   *
   * @param witness writes what is decided to the audit log
   * @param daysMin no event is removed sooner, whatever is set
   */
  public Retention(
      Archive archive,
      Store store,
      Readers readers,
      RemovalSigner signer,
      Destruction.Witness witness,
      int daysMin) {
    this.archive = archive;
    this.store = store;
    this.readers = readers;
    this.signer = signer;
    this.witness = witness;
    this.daysMin = daysMin;
  }

  /**
   * What would be removed now, and why what comes next stays; nothing is changed.
   *
   * @param verdicts of each log those of its oldest segments, up to the first that stays
   * @param isWhole whether all logs were looked at
   */
  public record Plan(List<Verdict> verdicts, boolean isWhole) {}

  /** The archive it removes from. */
  public String archiveId() {
    return archive.id();
  }

  /** No period may be shorter, in days. */
  public int daysMin() {
    return daysMin;
  }

  /**
   * What would be removed now.
   *
   * @param most so many verdicts at most
   * @param deadlineNs of {@link System#nanoTime()}; what was not looked at by then is not told
   */
  public Plan plan(int most, long deadlineNs) {
    Judge judge = judge(Rules.of(store));
    List<Verdict> verdicts = new ArrayList<>();
    for (String origin : archive.origins()) {
      List<Verdict> found = verdicts(judge, origin, most - verdicts.size(), deadlineNs);
      verdicts.addAll(found);
      boolean isCut = !found.isEmpty() && found.getLast().outcome() == Outcome.DUE;
      if (isCut || verdicts.size() >= most || System.nanoTime() - deadlineNs > 0) {
        return new Plan(verdicts, !isCut && origin.equals(archive.origins().getLast()));
      }
    }
    return new Plan(verdicts, true);
  }

  private Judge judge(Rules rules) {
    return new Judge(archive, store, readers, rules, daysMin);
  }

  /** Of the oldest segments of {@code origin}, up to the first that stays. */
  private List<Verdict> verdicts(Judge judge, String origin, int most, long deadlineNs) {
    List<Verdict> verdicts = new ArrayList<>();
    List<CompleteSegment> segments = archive.complete(origin, most + 1);
    for (int i = 0; i < Math.min(most, segments.size()); i++) {
      if (i > 0 && System.nanoTime() - deadlineNs > 0) {
        break;
      }
      try {
        Verdict verdict = judge.judge(segments.get(i), newestNs(segments, i));
        verdicts.add(verdict);
        if (verdict.outcome() != Outcome.DUE) {
          break;
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the archive cannot be read", e);
      }
    }
    return verdicts;
  }

  /** Of lost events no time is known: they are taken to be as new as what comes behind them. */
  private static long newestNs(List<CompleteSegment> segments, int at) {
    for (CompleteSegment segment : segments.subList(at, segments.size())) {
      if (!segment.isTimeless()) {
        return segment.newestNs();
      }
    }
    return HeldEvents.nanos(Instant.now());
  }

  /**
   * Finishes what was decided, then decides on some more and removes these.
   *
   * @return how many segments were removed; 0 when nothing is due
   * @throws UncheckedIOException when the archive cannot be read or written
   */
  public int removeDue() {
    try {
      int done = finish();
      if (done > 0) {
        return done;
      }
      return decide() ? finish() : 0;
    } catch (RuntimeException e) {
      failures.increment();
      throw e;
    }
  }

  private boolean decide() {
    Rules rules = Rules.of(store);
    if (rules.retention().shortest().isEmpty()) {
      blocked = 0;
      return false;
    }
    Judge judge = judge(rules);
    List<Verdict> due = new ArrayList<>();
    long inTheWay = 0;
    for (String origin : archive.origins()) {
      int most = DECIDED_MAX - due.size();
      if (most == 0) {
        break;
      }
      for (Verdict verdict : verdicts(judge, origin, most, Long.MAX_VALUE)) {
        if (verdict.outcome() == Outcome.DUE) {
          due.add(verdict);
        } else if (IN_THE_WAY.contains(verdict.outcome())) {
          inTheWay++;
        }
      }
    }
    blocked = inTheWay;
    return !due.isEmpty() && store.change(tx -> decided(tx, rules, due));
  }

  private boolean decided(Transaction tx, Rules rules, List<Verdict> due) {
    if (!rules.areStill(tx)) {
      // A hold was placed, or a period changed, since the segments were read: all anew.
      return false;
    }
    for (Verdict verdict : due) {
      AuditRemoval removal = removal(verdict, rules);
      tx.auditRetention().insert(removal);
      witness.record(
          ManagementAction.AUDIT_REMOVE,
          removal.log() + " segment " + removal.segment() + " sha256:" + removal.sha256(),
          null);
    }
    return true;
  }

  private AuditRemoval removal(Verdict verdict, Rules rules) {
    CompleteSegment segment = verdict.segment();
    SegmentReading reading = verdict.reading().orElseThrow();
    Instant newest = verdict.newest();
    Instant oldest = segment.isTimeless() ? newest : Judge.instant(segment.oldestNs());
    String policy = rules.retention().text();
    RemovalRecord record =
        new RemovalRecord(
            segment.origin(),
            archive.id(),
            segment.number(),
            segment.first(),
            segment.end() - segment.first(),
            reading.lost(),
            oldest,
            newest,
            reading.sha256(),
            policy,
            rules.now(),
            reading.before(),
            reading.nodes(),
            reading.head().map(SignedHead::note).map(SignedNote::toString).orElse(""));
    return new AuditRemoval(
        archive.id(),
        record.log(),
        record.segment(),
        record.first(),
        record.count(),
        record.lost(),
        oldest,
        newest,
        segment.bytes(),
        record.sha256(),
        policy,
        rules.now(),
        null,
        record.text());
  }

  /** Does what was decided; again what a kill has interrupted. */
  private int finish() {
    List<AuditRemoval> open = store.read(tx -> tx.auditRetention().open(archive.id(), OPEN_MAX));
    for (AuditRemoval removal : open) {
      NoteKey key = new NoteKey(RemovalRecord.KEY_NAME, signer.publicKey());
      byte[] text = removal.statement().getBytes(StandardCharsets.UTF_8);
      SignedNote note = key.note(removal.statement(), signer.sign(text));
      try {
        archive.remove(RemovalRecord.parse(note), note.toString(), key.toString());
      } catch (IOException e) {
        throw new UncheckedIOException("the archive cannot be written", e);
      }
      store.note(
          tx -> {
            tx.auditRetention().done(removal);
            return null;
          });
      removedSegments.increment();
      removedEvents.add(removal.events());
    }
    return open.size();
  }

  /** Of how many logs the oldest segment stays although its time may be over; 0: of none. */
  public long blocked() {
    return blocked;
  }

  /** How many segments were removed since the start. */
  public long removedSegments() {
    return removedSegments.sum();
  }

  /** How many events these held. */
  public long removedEvents() {
    return removedEvents.sum();
  }

  /** How often removing failed since the start. */
  public long failures() {
    return failures.sum();
  }
}
