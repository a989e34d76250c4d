package dev.cofre.controlplane.domain;

/**
 * How much a principal, or a tenant as a whole, uses keys at most over all nodes. Immutable.
 *
 * @param principal its id, or {@value #TENANT} for the tenant as a whole
 * @param perSecond uses of keys; 0: no limit
 * @param perDay uses of keys in a day of UTC; 0: no limit
 */
public record Quota(String tenant, String principal, long perSecond, long perDay, Stamp stamp) {
  /** Stands for the tenant as a whole. */
  public static final String TENANT = "*";

  /** What data planes know the principal by: nothing for the tenant as a whole. */
  public String wirePrincipal() {
    return principal.equals(TENANT) ? "" : principal;
  }

  /** What it is called over all tenants. */
  public String id() {
    return tenant + "/" + wirePrincipal();
  }
}
