package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.SecretGroup;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Who may read which secret. */
public final class SecretGrantTable {
  /**
   * The names, of secrets, of roles of engines and of groups, that {@code <readers>} have grants on
   * in {@code :tenant} at {@code :now}.
   */
  static final String GRANTED =
      " (select secret_name from secret_grant where tenant = :tenant"
          + " and principal in (<readers>) and (not_after is null or not_after > :now))";

  private static final String KEY =
      " where tenant = :tenant and principal = :principal and secret_name = :secret";

  private final Handle handle;

  SecretGrantTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Whether one of {@code readers} has a grant on {@code secret} at {@code now}. It looks at grants
   * alone, so that a secret that is there costs no more than one that is not.
   */
  public boolean isGranted(String tenant, Collection<String> readers, String secret, Instant now) {
    return handle
            .createQuery(
                "select count(*) from secret_grant where tenant = :tenant"
                    + " and principal in (<readers>) and secret_name = :secret"
                    + " and (not_after is null or not_after > :now)")
            .bind("tenant", tenant)
            .bind("secret", secret)
            .bind("now", Times.column(now))
            .bindList("readers", List.copyOf(readers))
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** The names of the groups of secrets that one of {@code readers} has a grant on. */
  public List<String> groups(String tenant, Collection<String> readers, Instant now) {
    return handle
        .createQuery(
            "select distinct secret_name from secret_grant where tenant = :tenant"
                + " and principal in (<readers>)"
                + " and secret_name > :prefix and secret_name < :end"
                + " and (not_after is null or not_after > :now)")
        .bind("tenant", tenant)
        .bind("prefix", SecretGroup.PREFIX)
        .bind("end", SecretGroup.PREFIX.replace(':', ';'))
        .bind("now", Times.column(now))
        .bindList("readers", List.copyOf(readers))
        .map((row, context) -> row.getString(1).substring(SecretGroup.PREFIX.length()))
        .list();
  }

  /** The grant of {@code principal} on {@code secret}. */
  public Optional<SecretGrant> find(String tenant, String principal, String secret) {
    return handle
        .createQuery("select * from secret_grant" + KEY)
        .bind("tenant", tenant)
        .bind("principal", principal)
        .bind("secret", secret)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The first {@code limit} grants on {@code secret} after the principal {@code after}. */
  public List<SecretGrant> page(String tenant, String secret, String after, int limit) {
    return handle
        .createQuery(
            "select * from secret_grant where tenant = :tenant and secret_name = :secret"
                + " and principal > :after order by principal limit :limit")
        .bind("tenant", tenant)
        .bind("secret", secret)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /**
   * The first {@code limit} grants by which {@code secret} is read, those on groups that it is in
   * too, after that of {@code after} on {@code afterOn}.
   */
  public List<SecretGrant> pageReading(
      String tenant, String secret, String after, String afterOn, int limit) {
    return handle
        .createQuery(
            "select * from secret_grant where tenant = :tenant"
                + " and (secret_name = :secret or secret_name in"
                + " (select '"
                + SecretGroup.PREFIX
                + "' || group_name from secret_group_member"
                + " where tenant = :tenant and secret_name = :secret))"
                + " and (principal > :after or (principal = :after and secret_name > :afterOn))"
                + " order by principal, secret_name limit :limit")
        .bind("tenant", tenant)
        .bind("secret", secret)
        .bind("after", after)
        .bind("afterOn", afterOn)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** The first {@code limit} grants of {@code tenant}, whosever. */
  public List<SecretGrant> all(String tenant, int limit) {
    return handle
        .createQuery(
            "select * from secret_grant where tenant = :tenant"
                + " order by principal, secret_name limit :limit")
        .bind("tenant", tenant)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** How many grants there are on {@code secret}. */
  public int countOn(String tenant, String secret) {
    return count("secret_name", tenant, secret);
  }

  /** How many grants {@code principal} has. */
  public int countOf(String tenant, String principal) {
    return count("principal", tenant, principal);
  }

  private int count(String column, String tenant, String value) {
    return handle
        .createQuery(
            "select count(*) from secret_grant where tenant = :tenant and " + column + " = :value")
        .bind("tenant", tenant)
        .bind("value", value)
        .mapTo(Integer.class)
        .one();
  }

  /** Writes {@code grant}, new or in place of what it was. */
  public void put(SecretGrant grant) {
    delete(grant);
    handle
        .createUpdate(
            "insert into secret_grant (tenant, principal, secret_name, not_after, created_at,"
                + " created_by) values (:tenant, :principal, :secret, :notAfter, :createdAt,"
                + " :createdBy)")
        .bind("tenant", grant.tenant())
        .bind("principal", grant.principal())
        .bind("secret", grant.secret())
        .bind("notAfter", grant.notAfter() == null ? null : Times.column(grant.notAfter()))
        .bind("createdAt", Times.column(grant.createdAt()))
        .bind("createdBy", grant.createdBy())
        .execute();
  }

  /** Removes {@code grant}. */
  public void delete(SecretGrant grant) {
    handle
        .createUpdate("delete from secret_grant" + KEY)
        .bind("tenant", grant.tenant())
        .bind("principal", grant.principal())
        .bind("secret", grant.secret())
        .execute();
  }

  private static SecretGrant read(ResultSet row) throws SQLException {
    return new SecretGrant(
        row.getString("tenant"),
        row.getString("principal"),
        row.getString("secret_name"),
        Times.find(row, "not_after").orElse(null),
        Times.read(row, "created_at"),
        row.getString("created_by"));
  }
}
