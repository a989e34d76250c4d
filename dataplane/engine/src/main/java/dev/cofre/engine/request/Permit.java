package dev.cofre.engine.request;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.policy.Decision;
import dev.cofre.engine.policy.UseQuotas;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.usage.UseCounts;

/**
 * What one snapshot revision says of (principal, action, key). Immutable.
 *
 * @param key the key; null when it is absent or may not be seen
 * @param denial why not, or null
 * @param conditions what is asked of each request beside; null when nothing is
 * @param validUntilMs from when on it must be decided anew, UTC milliseconds
 * @param expiresAtMs from when on the key protects nothing new: a copy, so that what is remembered
 *     need not look at the key, which lies elsewhere
 * @param quota what the uses are counted against; null when nothing limits them
 * @param uses where the uses are counted; null when the caller may not see or use the key
 */
record Permit(
    KeyMetadata key,
    ProblemException denial,
    Decision conditions,
    long validUntilMs,
    long expiresAtMs,
    UseQuotas.Quota quota,
    UseCounts.Count uses) {
  /** Whether the request itself, or what was used before, decides. */
  boolean isConditional() {
    return conditions != null || quota != null;
  }
}
