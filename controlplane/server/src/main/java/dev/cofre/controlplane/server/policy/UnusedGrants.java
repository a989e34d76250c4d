package dev.cofre.controlplane.server.policy;

import dev.cofre.controlplane.domain.KeyUseCount;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.CompiledStatement;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * Which statements somebody came by a use of a key through, as nodes have reported it. Not
 * thread-safe.
 *
 * <p>A use counts for every statement that would have allowed it: which of them did is not
 * reported. Two that allow the same thing both count as used.
 */
public final class UnusedGrants {
  /** After how many days a statement counts as unused, unless it is said otherwise. */
  public static final int DAYS = 90;

  /** The most uses that are looked at. */
  static final int USES_MAX = 200_000;

  private final AccessCheck check;
  private final Instant since;
  private final Set<Grant> used = new HashSet<>();
  private boolean complete = true;

  private record Grant(String policy, int statement) {}

  private UnusedGrants(AccessCheck check, Instant since) {
    this.check = check;
    this.since = since;
  }

  /** By the uses of the last {@code days}, and what {@code check} has in force. */
  public static UnusedGrants read(Transaction tx, AccessCheck check, int days) {
    UnusedGrants grants = new UnusedGrants(check, check.now().minus(Duration.ofDays(days)));
    grants.complete = tx.uses().forEachSince(grants.since, USES_MAX, grants::add);
    return grants;
  }

  private void add(KeyUseCount use) {
    PrincipalMetadata principal = check.state().principal(use.principal());
    KeyMetadata key = check.state().key(use.keyId());
    if (principal == null || key == null) {
      return;
    }
    Action action = Action.of(use.action().wireName());
    long nowMs = check.now().toEpochMilli();
    for (CompiledStatement one : check.policy().grants(principal, action, key, nowMs)) {
      used.add(new Grant(one.policyId(), one.index()));
    }
  }

  /** Whether all uses were looked at: else nothing is said to be unused. */
  boolean isComplete() {
    return complete;
  }

  /** Whether the statement has been there for the whole time, and nobody came by it. */
  boolean isUnused(Policy policy, int statement) {
    return complete
        && policy.stamp().updatedAt().isBefore(since)
        && !used.contains(new Grant(policy.id().toString(), statement));
  }

  /** Since when uses count. */
  Instant since() {
    return since;
  }
}
