package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.OrphanReason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Keys that nobody uses or answers for. */
public final class OrphanQuery {
  private static final String UNOWNED =
      "not exists (select 1 from principal p where p.id = k.owner and p.tenant = k.tenant)";

  /** Nodes report no use of a key that protects secrets, which the control plane opens itself. */
  private static final String NO_VAULT =
      " and (k.alias not like 'vault-%' or not exists (select 1 from secret s"
          + " where s.tenant = k.tenant and k.alias = concat('vault-', s.environment)))";

  private static final String EXPIRED = "k.expires_at <= :now";

  private final Handle handle;
  private final Instant now;

  OrphanQuery(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /**
   * A key that counts as an orphan.
   *
   * @param reasons why
   */
  public record Orphan(KmsKey key, Set<OrphanReason> reasons) {}

  /**
   * The first {@code limit} orphans of {@code tenant} whose alias sorts after {@code after}, by
   * what the tables say of them: no policy is looked at.
   *
   * @param classes the rules of all classes
   */
  public List<Orphan> page(
      String tenant, String after, int limit, List<DataClassRules> classes, KeyTable keys) {
    String filter = " and (" + unused(classes) + " or " + UNOWNED + " or " + EXPIRED + ")";
    return read(filter, tenant, after, limit, classes, keys);
  }

  /** The same of all keys that are not destroyed or about to be: most have no reason. */
  public List<Orphan> any(
      String tenant, String after, int limit, List<DataClassRules> classes, KeyTable keys) {
    return read("", tenant, after, limit, classes, keys);
  }

  private List<Orphan> read(
      String filter,
      String tenant,
      String after,
      int limit,
      List<DataClassRules> classes,
      KeyTable keys) {
    Query query =
        handle.createQuery(
            "select k.*, case when "
                + unused(classes)
                + " then 1 else 0 end as is_unused, case when "
                + UNOWNED
                + " then 1 else 0 end as is_unowned, case when "
                + EXPIRED
                + " then 1 else 0 end as is_expired from kms_key k where k.tenant = :tenant"
                + " and k.alias > :after"
                + " and k.state not in ('CREATING', 'PENDING_DESTRUCTION', 'DESTROYED')"
                + filter
                + " order by k.alias limit :limit");
    for (int i = 0; i < classes.size(); i++) {
      Instant since = now.minus(Duration.ofDays(classes.get(i).unusedDays()));
      query
          .bind("class" + i, classes.get(i).dataClass().wireName())
          .bind("since" + i, Times.column(since));
    }
    return query
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .map((row, context) -> new Orphan(keys.read(row), reasons(row)))
        .list();
  }

  private static String unused(List<DataClassRules> classes) {
    return "("
        + IntStream.range(0, classes.size())
            .mapToObj(OrphanQuery::unused)
            .collect(Collectors.joining(" or "))
        + ")";
  }

  private static String unused(int i) {
    return ("(k.data_class = :class# and k.created_at < :since# and not exists (select 1 from"
            + " key_use u where u.key_id = k.id and u.last_used_at >= :since#)"
            + NO_VAULT
            + ")")
        .replace("#", Integer.toString(i));
  }

  private static Set<OrphanReason> reasons(ResultSet row) throws SQLException {
    Set<OrphanReason> reasons = EnumSet.noneOf(OrphanReason.class);
    if (row.getInt("is_unused") == 1) {
      reasons.add(OrphanReason.UNUSED);
    }
    if (row.getInt("is_unowned") == 1) {
      reasons.add(OrphanReason.NO_LIVING_OWNER);
    }
    if (row.getInt("is_expired") == 1) {
      reasons.add(OrphanReason.EXPIRED);
    }
    return reasons;
  }
}
