package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.DynamicRoleDraft;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** What credentials of an engine may do. */
public final class DynamicRoleTable {
  private final Handle handle;

  DynamicRoleTable(Handle handle) {
    this.handle = handle;
  }

  /** The role {@code name} of {@code engine}. */
  public Optional<DynamicRole> find(UUID engine, String name) {
    return handle
        .createQuery("select * from dynamic_role where engine_id = :engine and name = :name")
        .bind("engine", engine)
        .bind("name", name)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The first {@code limit} roles of {@code engine} whose name sorts after {@code after}. */
  public List<DynamicRole> page(UUID engine, String after, int limit) {
    return handle
        .createQuery(
            "select * from dynamic_role where engine_id = :engine and name > :after"
                + " order by name limit :limit")
        .bind("engine", engine)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** How many roles {@code engine} has. */
  public int count(UUID engine) {
    return handle
        .createQuery("select count(*) from dynamic_role where engine_id = :engine")
        .bind("engine", engine)
        .mapTo(Integer.class)
        .one();
  }

  /** Writes {@code role}, new or in place of what it was. */
  public void put(DynamicRole role) {
    delete(role.engine(), role.name());
    DynamicRoleDraft draft = role.draft();
    JsonArray grants = new JsonArray();
    draft.grants().forEach(grant -> grants.add(new JsonObject(grant.document())));
    Stamps.bind(
            handle.createUpdate(
                "insert into dynamic_role (engine_id, name, description, default_ttl_s, max_ttl_s,"
                    + " leases_max, owned, grants, "
                    + Stamps.COLUMNS
                    + ") values (:engine, :name, :description, :defaultTtl, :maxTtl, :leasesMax,"
                    + " :owned, :grants, "
                    + Stamps.VALUES
                    + ")"),
            role.stamp())
        .bind("engine", role.engine())
        .bind("name", role.name())
        .bind("description", draft.description())
        .bind("defaultTtl", draft.defaultTtl().toSeconds())
        .bind("maxTtl", draft.maxTtl().toSeconds())
        .bind("leasesMax", draft.leasesMax())
        .bind("owned", draft.owned().wireName())
        .bind("grants", grants.encode())
        .execute();
  }

  /** Removes the role {@code name} of {@code engine}. */
  public void delete(UUID engine, String name) {
    handle
        .createUpdate("delete from dynamic_role where engine_id = :engine and name = :name")
        .bind("engine", engine)
        .bind("name", name)
        .execute();
  }

  /** Read as it was, by the reader that checked it when it came: what is stored is checked too. */
  private static DynamicRole read(ResultSet row) throws SQLException {
    Map<String, Object> document = new HashMap<>();
    document.put("description", row.getString("description"));
    document.put("defaultTtlSeconds", row.getLong("default_ttl_s"));
    document.put("maxTtlSeconds", row.getLong("max_ttl_s"));
    document.put("leasesMax", row.getInt("leases_max"));
    document.put("ownedObjects", row.getString("owned"));
    document.put("grants", grants(row.getString("grants")));
    return new DynamicRole(
        row.getObject("engine_id", UUID.class),
        DynamicRoleDraft.read(row.getString("name"), document),
        Stamps.read(row));
  }

  private static List<Map<String, Object>> grants(String text) {
    return new JsonArray(text)
        .stream()
            .map(JsonObject.class::cast)
            .map(
                json -> {
                  Map<String, Object> grant = new HashMap<>(json.getMap());
                  grant.computeIfPresent("names", (name, list) -> list(list));
                  grant.computeIfPresent("privileges", (name, list) -> list(list));
                  return grant;
                })
            .toList();
  }

  private static Object list(Object list) {
    return list instanceof JsonArray array ? array.getList() : list;
  }
}
