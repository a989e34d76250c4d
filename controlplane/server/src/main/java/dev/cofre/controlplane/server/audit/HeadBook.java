package dev.cofre.controlplane.server.audit;

import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.server.store.AuditHeadTable;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the heads of nodes' audit logs, and takes none that does not continue the one before. Who
 * changes or cuts a log back on its node, and has even the node's key sign the result, does not get
 * past the head that is kept here. Thread-safe; waits for the store.
 *
 * <p>The first head of a log is believed, and pins its key and who sent it.
 */
public final class HeadBook {
  private static final System.Logger LOG = System.getLogger(HeadBook.class.getName());

  /** Of older heads one is kept in such a time. */
  private static final Duration SPACING = Duration.ofHours(1);

  private static final String TENANT = "default";
  private static final int SUBJECT_MAX = 1_024;

  private final Store store;

  /** Keeps heads in {@code store}. */
  public HeadBook(Store store) {
    this.store = store;
  }

  /** What became of a head. */
  public enum Outcome {
    /** It is kept, or was already. */
    KEPT,
    /** The proof begins at another head than the one that is kept; nothing is wrong with it. */
    BEHIND,
    /** It cannot be the head of the log that was known: an alarm was raised. */
    REFUSED
  }

  /**
   * What became of a head, and the size of the one that is kept.
   *
   * @param size 0 when none is kept
   */
  public record Verdict(Outcome outcome, long size) {}

  /** Takes {@code reported} by {@code reporter}, or refuses it. */
  public Verdict take(ReportedHead reported, String reporter) {
    return store.note(tx -> take(tx, reported, reporter));
  }

  private Verdict take(Transaction tx, ReportedHead reported, String reporter) {
    AuditHeadTable table = tx.auditHeads();
    String origin = reported.origin();
    PinnedLog log = PinnedLog.of(table, reported.head(), reported::key, reporter);
    Optional<AuditHeadTable.Head> last = table.last(origin);
    long size = last.map(AuditHeadTable.Head::size).orElse(0L);
    if (log.refusal() != null) {
      return refused(tx, origin, size, log.refusal());
    }
    if (last.isPresent()) {
      SignedHead before = SignedHead.parse(last.get().note());
      SignedHead now = reported.head();
      if (now.size() < before.size()) {
        String why = "it had " + before.size() + " events, and now has " + now.size();
        return refused(tx, origin, size, why);
      }
      if (now.size() > before.size() && reported.from() != before.size()) {
        return new Verdict(Outcome.BEHIND, size);
      }
      if (!continues(before, now, reported.proof())) {
        String why = "its first " + before.size() + " events are not what they were";
        return refused(tx, origin, size, why);
      }
    }
    if (last.isEmpty() || reported.head().size() > size) {
      table.insert(origin, reported.head().size(), reported.head().note().toString(), SPACING);
    }
    return new Verdict(Outcome.KEPT, reported.head().size());
  }

  private static boolean continues(SignedHead before, SignedHead now, List<byte[]> proof) {
    return now.size() == before.size()
        ? now.checkpoint().hasRoot(before.checkpoint().root())
        : MerkleProofs.verifiesConsistency(
            before.size(), before.checkpoint().root(), now.size(), now.checkpoint().root(), proof);
  }

  private static Verdict refused(Transaction tx, String origin, long size, String why) {
    alarm(tx, origin, why);
    return new Verdict(Outcome.REFUSED, size);
  }

  /** Raises an alarm: {@code origin} is not the log that was known. */
  static void alarm(Transaction tx, String origin, String why) {
    String subject = origin + ": " + why;
    subject = subject.length() > SUBJECT_MAX ? subject.substring(0, SUBJECT_MAX) : subject;
    boolean told =
        tx.notices()
            .tell(
                Notice.Kind.AUDIT_LOG_INCONSISTENT,
                TENANT,
                subject,
                tx.now().truncatedTo(ChronoUnit.HOURS));
    if (told) {
      LOG.log(
          Level.ERROR,
          "the audit log {0}; its node was changed, or somebody took its place",
          subject);
    }
  }
}
