package dev.cofre.engine.policy;

import dev.cofre.contract.snapshot.wire.Quota;

/**
 * How much a principal, or a tenant as a whole, uses keys at most. Immutable.
 *
 * @param id the tenant, a slash, the principal or nothing
 * @param perSecond 0: no limit
 * @param perDay 0: no limit
 */
public record QuotaLimit(String id, long perSecond, long perDay) {
  /** As it stands in a snapshot. */
  public static QuotaLimit of(Quota wire) {
    return new QuotaLimit(
        id(wire.getTenant(), wire.getPrincipal()), wire.getPerSecond(), wire.getPerDay());
  }

  /** The id of the quota of {@code principal}, or with an empty one of the tenant. */
  public static String id(String tenant, String principal) {
    return tenant + "/" + principal;
  }
}
