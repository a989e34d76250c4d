package dev.cofre.controlplane.server.audit;

import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.UnprovenRecordsException;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Takes records of nodes' audit logs into the archive: only from the node whose log it is, under a
 * head that the log's key signed, and each once. Thread-safe; waits for store and disk.
 */
public final class AuditIntake {
  private static final System.Logger LOG = System.getLogger(AuditIntake.class.getName());

  /** How far a log is archived is written to the store once in such a time. */
  private static final long NOTE_NS = TimeUnit.SECONDS.toNanos(2);

  private final Store store;
  private final Archive archive;
  private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

  /** Takes records into {@code archive}. */
  public AuditIntake(Store store, Archive archive) {
    this.store = store;
    this.archive = archive;
  }

  /** What is remembered of a log between two notes: the last head whose signature was right. */
  private record Known(String note, long notedNs) {}

  /**
   * Takes {@code records} by {@code reporter} where they continue the log.
   *
   * @return how many records of the log are archived, and on the disk
   * @throws ProblemException {@code conflict} when they are not what the log's heads say, or
   *     another archive has the log; {@code audit_unavailable} when they cannot be written
   */
  public long take(ShippedRecords records, String reporter) {
    SignedHead head = records.head();
    String origin = head.checkpoint().origin();
    if (!Archive.isOrigin(origin)) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "the head is not of a log of a node: " + origin);
    }
    Known before = known.get(origin);
    boolean noted = before != null && System.nanoTime() - before.notedNs() < NOTE_NS;
    boolean verified = noted && before.note().equals(head.note().toString());
    if (!verified) {
      String refusal = store.note(tx -> verify(tx, records, reporter));
      if (refusal != null) {
        throw new ProblemException(ErrorCode.CONFLICT, refusal);
      }
    }
    try {
      if (!noted) {
        note(origin, archive.size(origin), records.sealed());
      }
      long had = archive.size(origin);
      long size = archive.take(records);
      if (had < size && had > 0 && records.from() > had) {
        alarm(origin, "events " + had + " to " + (records.from() - 1) + " never came");
      } else if (had < size && records.lost()) {
        alarm(origin, records.count() + " events from " + had + " on are lost on their node");
      }
      boolean current = size >= records.sealed() && !noted;
      if (current) {
        note(origin, size, records.sealed());
      }
      known.put(
          origin, new Known(head.note().toString(), noted ? before.notedNs() : System.nanoTime()));
      return size;
    } catch (UnprovenRecordsException e) {
      alarm(origin, e.getMessage());
      throw new ProblemException(ErrorCode.CONFLICT, e.getMessage());
    } catch (IOException e) {
      LOG.log(Level.ERROR, "the audit archive cannot be written: {0}", e.getMessage());
      throw new ProblemException(
          ErrorCode.AUDIT_UNAVAILABLE, "the audit archive cannot be written; try again later");
    }
  }

  private void alarm(String origin, String why) {
    store.note(
        tx -> {
          HeadBook.alarm(tx, origin, why);
          return null;
        });
  }

  private void note(String origin, long archived, long sealed) {
    if (!store.note(tx -> tx.auditShipping().note(origin, archive.id(), archived, sealed))) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "another control plane archives this log; it goes on here when that one has not been"
              + " heard of for an hour");
    }
  }

  /** Why the head is refused; null when it is the log's. The first one pins key and reporter. */
  private String verify(Transaction tx, ShippedRecords records, String reporter) {
    PinnedLog log =
        PinnedLog.of(tx.auditHeads(), records.head(), () -> key(records.key()), reporter);
    String origin = records.head().checkpoint().origin();
    if (log.refusal() != null) {
      HeadBook.alarm(tx, origin, log.refusal());
      return log.refusal();
    }
    keepKey(origin, log.key());
    return null;
  }

  private static NoteKey key(String text) {
    try {
      return NoteKey.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "the key is none: " + e.getMessage());
    }
  }

  private void keepKey(String origin, NoteKey key) {
    try {
      archive.keepKey(origin, key.toString());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the key of {0} cannot be kept: {1}", origin, e.getMessage());
    }
  }
}
