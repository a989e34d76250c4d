package dev.cofre.controlplane.server.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;

/**
 * The questions that are asked of each table whose rows have an id, a tenant, a name that is taken
 * once in it, and an owner.
 *
 * @param select up to its condition
 * @param of the condition on {@code :tenant}, and what else a row must be to be told of by name
 * @param mapper what a row is
 */
record OwnedRows<T>(Handle handle, String table, String select, String of, RowMapper<T> mapper) {
  /** The row {@code id}. */
  Optional<T> find(UUID id) {
    return handle.createQuery(select + " where id = :id").bind("id", id).map(mapper).findOne();
  }

  /** The row named {@code name}. */
  Optional<T> find(String tenant, String name) {
    return ofTenant(" and name = :name", tenant).bind("name", name).map(mapper).findOne();
  }

  /** The first {@code limit} rows whose name sorts after {@code after}. */
  List<T> page(String tenant, String after, int limit) {
    return ofTenant(" and name > :after order by name limit :limit", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map(mapper)
        .list();
  }

  /** The same of those that one of {@code owners} owns. */
  List<T> pageOwned(String tenant, Collection<String> owners, String after, int limit) {
    return ofTenant(" and name > :after and owner in (<owners>) order by name limit :limit", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .bindList("owners", List.copyOf(owners))
        .map(mapper)
        .list();
  }

  /** Whether {@code owner} owns any. */
  boolean isOwner(String tenant, String owner) {
    return ofTenant(" and owner = :owner limit 1", tenant)
        .bind("owner", owner)
        .map(mapper)
        .findOne()
        .isPresent();
  }

  /** How many {@code tenant} has, whatever they are. */
  int count(String tenant) {
    return handle
        .createQuery("select count(*) from " + table + " where tenant = :tenant")
        .bind("tenant", tenant)
        .mapTo(Integer.class)
        .one();
  }

  private Query ofTenant(String condition, String tenant) {
    return handle.createQuery(select + " where " + of + condition).bind("tenant", tenant);
  }
}
