package dev.cofre.controlplane.server.audit;

import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.controlplane.server.store.AuditHeadTable;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the first head of a log pins, alone or with records: who sends the log, and the key of its
 * heads. Immutable.
 *
 * @param key that its heads are verified by
 * @param refusal why a head is not the log's; null when it is
 */
record PinnedLog(NoteKey key, String refusal) {
  /**
   * Looks whether {@code reporter}'s {@code head} is one of its log, and pins the log when it was
   * not known. Of several who are the first at once, one is.
   *
   * @param proposed the key that the head came with, which counts for the first one alone
   */
  static PinnedLog of(
      AuditHeadTable table, SignedHead head, Supplier<NoteKey> proposed, String reporter) {
    String origin = head.checkpoint().origin();
    Optional<AuditHeadTable.Log> known = table.log(origin);
    if (known.isPresent()) {
      return look(known.get(), head, reporter);
    }
    AuditHeadTable.Log first =
        new AuditHeadTable.Log(origin, reporter, proposed.get().named(origin).toString());
    PinnedLog own = look(first, head, reporter);
    return own.refusal == null ? look(table.enter(first), head, reporter) : own;
  }

  private static PinnedLog look(AuditHeadTable.Log log, SignedHead head, String reporter) {
    NoteKey key = NoteKey.parse(log.verificationKey());
    if (!log.reporter().equals(reporter)) {
      return new PinnedLog(key, "it was sent by " + reporter);
    }
    return new PinnedLog(
        key, key.verifies(head.note()) ? null : "its head is not signed by the key that is known");
  }
}
