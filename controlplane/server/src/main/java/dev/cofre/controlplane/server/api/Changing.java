package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs one change: answered again when it is a repetition, else done, its answer stored and its
 * audit record written, all before it is committed. Thread-safe.
 */
record Changing(
    Store store, ManagementAudit audit, RepeatedRequests repeated, Approvals approvals) {
  Answer run(Call call, Function<Transaction, Answer> change) {
    return store.change(
        tx -> {
          Optional<Answer> before = repeated.find(tx, call);
          if (before.isPresent()) {
            audit.allowed(call);
            return before.get();
          }
          Answer answer = change.apply(tx);
          repeated.end(tx, call, answer);
          audit.allowed(call);
          return answer;
        });
  }

  /**
   * Lets a change go on when it needs no approval, or has it: see {@link Approvals#require}. The
   * last thing that {@link #run}'s work does.
   */
  void require(Transaction tx, Call call, ApprovalMatter matter) {
    approvals.require(tx, call, matter);
  }

  /** Reads, and writes the audit record. */
  <T> T read(Call call, Function<Transaction, T> work) {
    T found = store.read(work);
    audit.allowed(call);
    return found;
  }
}
