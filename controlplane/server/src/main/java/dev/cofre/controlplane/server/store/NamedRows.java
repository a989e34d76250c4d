package dev.cofre.controlplane.server.store;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * The rows of a table whose objects have a name within a tenant.
 *
 * @param table its name, which is the code's own and never a caller's
 */
record NamedRows<T>(Handle handle, String table, RowMapper<T> mapper) {
  /** The object named {@code name}. */
  Optional<T> find(String tenant, String name) {
    return handle
        .createQuery("select * from " + table + " where tenant = :tenant and name = :name")
        .bind("tenant", tenant)
        .bind("name", name)
        .map(mapper)
        .findOne();
  }

  /** How many {@code tenant} has. */
  int count(String tenant) {
    return handle
        .createQuery("select count(*) from " + table + " where tenant = :tenant")
        .bind("tenant", tenant)
        .mapTo(Integer.class)
        .one();
  }

  /** The first {@code limit} of {@code tenant} whose name sorts after {@code after}. */
  List<T> page(String tenant, String after, int limit) {
    return handle
        .createQuery(
            "select * from "
                + table
                + " where tenant = :tenant and name > :after order by name limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map(mapper)
        .list();
  }
}
