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
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Removes segments of the archive whose time is over, the oldest of a log first. Thread-safe.
 *
 * <p>A removal is decided in one transaction, in order with all changes of periods and holds: its
 * row is in the store, and its event in the audit log, before anything is done. Then the record is
 * signed; in one more transaction, in which periods and holds are still those that it was judged
 * by, it is kept in the archive, the files go, and the row says so. What a kill leaves is finished
 * by the next turn: either the segment is there, or its removal is recorded. Where no record is
 * kept yet it is judged anew, and withdrawn when it may not go any more.
 */
public final class Retention {
  /** So many segments are decided on in a turn, at most; each was read whole. */
  private static final int DECIDED_MAX = 8;

  private static final int OPEN_MAX = 64;

  /** Segments are judged for so long in a turn, about; the next one goes on with the next log. */
  private static final long TURN_NS = 20_000_000_000L;

  private static final System.Logger LOG = System.getLogger(Retention.class.getName());

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
  private volatile boolean closing;

  /** The log that was judged last when a turn's time was over; used by one turn at a time. */
  private volatile String lookedTo = "";

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
      if (closing || (i > 0 && System.nanoTime() - deadlineNs > 0)) {
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
   * Finishes what was decided, then decides on some more and removes these. What fails keeps back
   * no other log.
   *
   * @return how many segments were removed; 0 when nothing is due
   * @throws UncheckedIOException when the archive cannot be read or written, and nothing was
   *     removed
   */
  public int removeDue() {
    Turn turn = new Turn();
    try {
      finishOpen(turn);
      if (turn.done == 0 && !isOver(turn)) {
        Rules rules = Rules.of(store);
        turn.remove(rules, decide(turn, rules));
      }
    } catch (RuntimeException e) {
      failures.increment();
      throw e;
    }
    if (turn.done == 0 && turn.failure != null) {
      throw turn.failure;
    }
    return turn.done;
  }

  /** Lets a turn end behind the segment that it is at. */
  public void stop() {
    closing = true;
  }

  private boolean isOver(Turn turn) {
    return closing || System.nanoTime() - turn.endNs > 0;
  }

  /** What one turn has done. Used by one thread. */
  private final class Turn {
    private final long endNs = System.nanoTime() + TURN_NS;
    private final Set<String> failed = new HashSet<>();
    private int done;
    private RuntimeException failure;

    /** Removes what was judged by {@code rules}; what they are not any more waits. */
    void remove(Rules rules, List<AuditRemoval> removals) {
      for (AuditRemoval removal : removals) {
        if (closing) {
          return;
        }
        // The oldest goes first: behind one that failed no other of its log can go.
        if (!failed.contains(removal.log())) {
          attempt(removal.log(), () -> done += Retention.this.remove(rules, removal) ? 1 : 0);
        }
      }
    }

    void attempt(String log, Runnable work) {
      try {
        work.run();
      } catch (RuntimeException e) {
        failures.increment();
        failed.add(log);
        LOG.log(Level.WARNING, "retention goes on without {0}: {1}", log, e.getMessage());
        if (failure == null) {
          failure = e;
        } else if (!failure.equals(e)) {
          failure.addSuppressed(e);
        }
      }
    }
  }

  /** Does what was decided in turns before, as far as it may still go. */
  private void finishOpen(Turn turn) {
    List<AuditRemoval> open = store.read(tx -> tx.auditRetention().open(archive.id(), OPEN_MAX));
    if (open.isEmpty()) {
      return;
    }
    Rules rules = Rules.of(store);
    Judge judge = judge(rules);
    Map<String, List<AuditRemoval>> byLog =
        open.stream()
            .collect(Collectors.groupingBy(AuditRemoval::log, TreeMap::new, Collectors.toList()));
    byLog.forEach(
        (log, removals) -> {
          List<AuditRemoval> begun = removals.stream().filter(this::isBegun).toList();
          turn.remove(rules, begun);
          List<AuditRemoval> others = new ArrayList<>(removals);
          others.removeAll(begun);
          if (!others.isEmpty() && !turn.failed.contains(log) && !isOver(turn)) {
            turn.attempt(
                log,
                () ->
                    turn.remove(
                        rules,
                        stillDue(rules, others, verdicts(judge, log, others.size(), turn.endNs))));
          }
        });
  }

  /** Of {@code removals} of one log those that may still go; the others are withdrawn. */
  private List<AuditRemoval> stillDue(
      Rules rules, List<AuditRemoval> removals, List<Verdict> verdicts) {
    boolean isCut =
        !verdicts.isEmpty()
            && verdicts.getLast().outcome() == Outcome.DUE
            && verdicts.size() < removals.size();
    List<AuditRemoval> due = new ArrayList<>();
    for (AuditRemoval removal : removals) {
      boolean isDue =
          verdicts.stream()
              .anyMatch(
                  verdict ->
                      verdict.segment().number() == removal.segment()
                          && verdict.outcome() == Outcome.DUE
                          && verdict.reading().orElseThrow().sha256().equals(removal.sha256()));
      if (isDue) {
        due.add(removal);
      } else if (isCut && removal.segment() > verdicts.getLast().segment().number()) {
        // There was no time to look at it.
        break;
      } else {
        withdraw(rules, removal);
      }
    }
    return due;
  }

  private void withdraw(Rules rules, AuditRemoval removal) {
    store.change(
        tx -> {
          if (rules.areStill(tx) && !isBegun(removal)) {
            tx.auditRetention().delete(removal);
            witness.record(ManagementAction.AUDIT_REMOVE, subject(removal) + " withdrawn", null);
          }
          return null;
        });
  }

  private static String subject(AuditRemoval removal) {
    return removal.log() + " segment " + removal.segment() + " sha256:" + removal.sha256();
  }

  /** Whether its record is kept: then nothing can hold it any more. */
  private boolean isBegun(AuditRemoval removal) {
    return archive.isRemovalKept(removal.log(), removal.segment());
  }

  /** What is decided on now, and is in the store. */
  private List<AuditRemoval> decide(Turn turn, Rules rules) {
    if (rules.retention().shortest().isEmpty()) {
      blocked = 0;
      return List.of();
    }
    Set<String> open =
        store.read(tx -> tx.auditRetention().open(archive.id(), OPEN_MAX)).stream()
            .map(AuditRemoval::log)
            .collect(Collectors.toSet());
    Judge judge = judge(rules);
    List<Verdict> due = new ArrayList<>();
    long[] inTheWay = new long[1];
    List<String> origins = new ArrayList<>(archive.origins());
    Collections.rotate(
        origins, -(int) origins.stream().filter(log -> log.compareTo(lookedTo) <= 0).count());
    lookedTo = "";
    for (String origin : origins) {
      if (open.contains(origin)) {
        inTheWay[0]++;
        continue;
      }
      turn.attempt(
          origin,
          () -> {
            for (Verdict verdict : verdicts(judge, origin, DECIDED_MAX - due.size(), turn.endNs)) {
              if (verdict.outcome() == Outcome.DUE) {
                due.add(verdict);
              } else if (IN_THE_WAY.contains(verdict.outcome())) {
                inTheWay[0]++;
              }
            }
          });
      if (due.size() == DECIDED_MAX || isOver(turn)) {
        lookedTo = origin;
        break;
      }
    }
    blocked = inTheWay[0];
    return due.isEmpty() ? List.of() : store.change(tx -> decided(tx, rules, due));
  }

  private List<AuditRemoval> decided(Transaction tx, Rules rules, List<Verdict> due) {
    List<AuditRemoval> removals = new ArrayList<>();
    if (!rules.areStill(tx)) {
      // A hold was placed, or a period changed, since the segments were read: all anew.
      return removals;
    }
    for (Verdict verdict : due) {
      AuditRemoval removal = removal(verdict, rules);
      // An archive that was restored has again what was removed from it before.
      tx.auditRetention()
          .find(removal.archive(), removal.log(), removal.segment())
          .ifPresent(tx.auditRetention()::delete);
      tx.auditRetention().insert(removal);
      witness.record(ManagementAction.AUDIT_REMOVE, subject(removal), null);
      removals.add(removal);
    }
    return removals;
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

  /** Does it, unless the rules are others by now; again what a kill has interrupted. */
  private boolean remove(Rules rules, AuditRemoval removal) {
    // Signed before the lock of all changes is taken: the HSM may be slow. Unless it is kept,
    // nobody
    // ever sees it.
    NoteKey key = new NoteKey(RemovalRecord.KEY_NAME, signer.publicKey());
    byte[] text = removal.statement().getBytes(StandardCharsets.UTF_8);
    SignedNote note = key.note(removal.statement(), signer.sign(text));
    boolean isDone =
        store.change(
            tx -> {
              if (!isBegun(removal) && !rules.areStill(tx)) {
                return false;
              }
              try {
                archive.remove(RemovalRecord.parse(note), note.toString(), key.toString());
              } catch (IOException e) {
                throw new UncheckedIOException("the archive cannot be written", e);
              }
              tx.auditRetention().done(removal);
              return true;
            });
    if (isDone) {
      removedSegments.increment();
      removedEvents.add(removal.events());
    }
    return isDone;
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
