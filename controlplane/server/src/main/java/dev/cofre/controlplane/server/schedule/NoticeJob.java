package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.VersionLimits;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/** Tells owners ahead what comes to its end: a durable notice and a line of the log. */
final class NoticeJob implements Job {
  private static final System.Logger LOG = System.getLogger(NoticeJob.class.getName());
  private static final int BATCH = 100;

  private final Store store;
  private final SystemAudit audit;

  NoticeJob(Store store, SystemAudit audit) {
    this.store = store;
    this.audit = audit;
  }

  @Override
  public String name() {
    return "notify-owners";
  }

  @Override
  public int runBatch() {
    List<Notice> told =
        store.change(
            tx -> {
              List<Notice> due = new ArrayList<>(tx.notices().dueDestructions(BATCH));
              for (DataClassRules rules : tx.dataClasses().all()) {
                if (due.size() < BATCH) {
                  due.addAll(tx.notices().dueExpiries(rules, BATCH - due.size()));
                }
                due.addAll(limits(tx, rules, Math.max(0, BATCH - due.size())));
              }
              for (Notice notice : due) {
                tx.notices().insert(notice);
                audit.record(ManagementAction.NOTICE_CREATE, notice.keyId().toString(), null);
              }
              return due;
            });
    for (Notice notice : told) {
      LOG.log(
          Level.WARNING,
          "{0}: the key {1} of {2}, at {3}",
          notice.kind().wireName(),
          notice.alias(),
          notice.owner(),
          notice.dueAt());
    }
    return told.size();
  }

  /** What is used to most, and what is used up. */
  private static List<Notice> limits(Transaction tx, DataClassRules rules, int limit) {
    List<Notice> due =
        new ArrayList<>(
            tx.notices()
                .dueLimits(rules, Notice.Kind.KEY_LIMIT_NEAR, VersionLimits.WARN_SHARE, limit));
    due.addAll(tx.notices().dueLimits(rules, Notice.Kind.KEY_LIMIT_REACHED, 1, limit));
    return due;
  }
}
