package dev.cofre.controlplane.server.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;

/**
 * The rows of a table whose objects have a name within a tenant. All texts of SQL are the code's
 * own and never a caller's.
 *
 * @param table its name
 * @param columns which are read
 * @param of what a row must be to be told of by its name, beside being of {@code :tenant}; empty:
 *     nothing more
 * @param mapper what a row is
 */
record NamedRows<T>(Handle handle, String table, String columns, String of, RowMapper<T> mapper) {
  /** All rows of {@code table}, whole. */
  NamedRows(Handle handle, String table, RowMapper<T> mapper) {
    this(handle, table, "*", "", mapper);
  }

  /** The object {@code id}, whatever it is. */
  Optional<T> find(UUID id) {
    return handle
        .createQuery("select " + columns + " from " + table + " where id = :id")
        .bind("id", id)
        .map(mapper)
        .findOne();
  }

  /** The object named {@code name}. */
  Optional<T> find(String tenant, String name) {
    return ofTenant(" and name = :name", tenant).bind("name", name).map(mapper).findOne();
  }

  /** How many {@code tenant} has, whatever they are. */
  int count(String tenant) {
    return handle
        .createQuery("select count(*) from " + table + " where tenant = :tenant")
        .bind("tenant", tenant)
        .mapTo(Integer.class)
        .one();
  }

  /** The first {@code limit} of {@code tenant} whose name sorts after {@code after}. */
  List<T> page(String tenant, String after, int limit) {
    return ofTenant(" and name > :after order by name limit :limit", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map(mapper)
        .list();
  }

  /** The same of those that one of {@code owners} owns, where rows have an owner. */
  List<T> pageOwned(String tenant, Collection<String> owners, String after, int limit) {
    return ofTenant(" and name > :after and owner in (<owners>) order by name limit :limit", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .bindList("owners", List.copyOf(owners))
        .map(mapper)
        .list();
  }

  /** Whether {@code owner} owns any, where rows have an owner. */
  boolean isOwner(String tenant, String owner) {
    return ofTenant(" and owner = :owner limit 1", tenant)
        .bind("owner", owner)
        .map(mapper)
        .findOne()
        .isPresent();
  }

  private Query ofTenant(String condition, String tenant) {
    return handle
        .createQuery(
            "select " + columns + " from " + table + " where tenant = :tenant" + of + condition)
        .bind("tenant", tenant);
  }
}
