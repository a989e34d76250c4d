package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.OrphanReason;
import dev.cofre.controlplane.server.access.KeyView;
import dev.cofre.controlplane.server.store.OrphanQuery.Orphan;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds keys that nobody uses, answers for or has chosen one by one. Stateless. */
public final class Orphans {
  private static final int READ_AT_ONCE = 500;

  private Orphans() {}

  /**
   * Some orphans.
   *
   * @param next the alias after which the next page begins; null at the end. A page ends after
   *     {@value KeySelection#SCANNED_MAX} keys too, however few of them are orphans
   */
  public record Page(List<Orphan> orphans, String next) {}

  /**
   * The first {@code limit} orphans of {@code tenant} whose alias sorts after {@code after}.
   *
   * @param reason only those with this one
   */
  public static Page page(
      Transaction tx, String tenant, String after, int limit, Optional<OrphanReason> reason) {
    List<DataClassRules> classes = tx.dataClasses().all();
    boolean byPolicy = reason.isEmpty() || reason.get() == OrphanReason.WILDCARD_POLICY;
    List<Orphan> page = new ArrayList<>();
    String from = after;
    for (int scanned = 0; scanned < KeySelection.SCANNED_MAX; scanned += READ_AT_ONCE) {
      List<Orphan> read =
          byPolicy
              ? tx.orphans().any(tenant, from, READ_AT_ONCE, classes, tx.keys())
              : tx.orphans().page(tenant, from, READ_AT_ONCE, classes, tx.keys());
      for (Orphan one : read) {
        Orphan orphan = byPolicy ? judged(tx, one) : one;
        if (orphan.reasons().isEmpty() || !reason.map(orphan.reasons()::contains).orElse(true)) {
          continue;
        }
        if (page.size() == limit) {
          return new Page(page, page.getLast().key().alias());
        }
        page.add(orphan);
      }
      if (read.size() < READ_AT_ONCE) {
        return new Page(page, null);
      }
      from = read.getLast().key().alias();
    }
    return new Page(page, from);
  }

  private static Orphan judged(Transaction tx, Orphan orphan) {
    PolicyEvaluator policy = tx.live().policy();
    if (!policy.isAllowedByWildcard(new KeyView(orphan.key()), tx.now().toEpochMilli())) {
      return orphan;
    }
    Set<OrphanReason> reasons = EnumSet.of(OrphanReason.WILDCARD_POLICY);
    reasons.addAll(orphan.reasons());
    return new Orphan(orphan.key(), reasons);
  }
}
