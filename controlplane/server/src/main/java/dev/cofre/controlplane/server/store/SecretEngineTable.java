package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Systems in which the vault makes credentials, with the sealed passwords of their root users. */
public final class SecretEngineTable {
  private final Handle handle;
  private final NamedRows<SecretEngine> rows;

  SecretEngineTable(Handle handle) {
    this.handle = handle;
    this.rows = new NamedRows<>(handle, "secret_engine", (row, context) -> read(row));
  }

  /**
   * The root user's passwords, sealed.
   *
   * @param number of the one in force
   * @param nextNumber of the one on its way; 0: none is
   * @param next null: none is on its way
   */
  public record Root(int number, byte[] envelope, int nextNumber, byte[] next) {}

  /** The engine {@code id}. */
  public Optional<SecretEngine> find(UUID id) {
    return rows.find(id);
  }

  /** The engine named {@code name} in {@code tenant}. */
  public Optional<SecretEngine> find(String tenant, String name) {
    return rows.find(tenant, name);
  }

  /** The first {@code limit} engines of {@code tenant} whose name sorts after {@code after}. */
  public List<SecretEngine> page(String tenant, String after, int limit) {
    return rows.page(tenant, after, limit);
  }

  /** The same of those that one of {@code owners} owns. */
  public List<SecretEngine> pageOwned(
      String tenant, Collection<String> owners, String after, int limit) {
    return rows.pageOwned(tenant, owners, after, limit);
  }

  /** Whether {@code owner} owns any. */
  public boolean isOwner(String tenant, String owner) {
    return rows.isOwner(tenant, owner);
  }

  /** How many {@code tenant} has. */
  public int count(String tenant) {
    return rows.count(tenant);
  }

  /** Writes a new engine with {@code root}. */
  public void insert(SecretEngine engine, Root root) {
    SecretEngineDraft draft = engine.draft();
    Stamps.bind(
            handle.createUpdate(
                "insert into secret_engine (id, tenant, name, environment, kind, owner,"
                    + " description, host, port, database_name, root_user, tls, root_number,"
                    + " root_envelope, next_number, next_envelope, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, :name, :environment, :kind, :owner, :description,"
                    + " :host, :port, :database, :rootUser, :tls, :number, :envelope, :nextNumber,"
                    + " :next, "
                    + Stamps.VALUES
                    + ")"),
            engine.stamp())
        .bind("id", engine.id())
        .bind("tenant", draft.tenant())
        .bind("name", draft.name())
        .bind("environment", draft.environment().wireName())
        .bind("kind", draft.kind().wireName())
        .bind("owner", draft.owner())
        .bind("description", draft.description())
        .bind("host", draft.host())
        .bind("port", draft.port())
        .bind("database", draft.database())
        .bind("rootUser", draft.rootUser())
        .bind("tls", draft.tls())
        .bind("number", root.number())
        .bind("envelope", root.envelope())
        .bind("nextNumber", root.nextNumber() == 0 ? null : root.nextNumber())
        .bind("next", root.next())
        .execute();
  }

  /** The root user's passwords of the engine {@code id}. */
  public Optional<Root> root(UUID id) {
    return handle
        .createQuery(
            "select root_number, root_envelope, next_number, next_envelope"
                + " from secret_engine where id = :id")
        .bind("id", id)
        .map(
            (row, context) ->
                new Root(
                    row.getInt("root_number"),
                    row.getBytes("root_envelope"),
                    row.getInt("next_number"),
                    row.getBytes("next_envelope")))
        .findOne();
  }

  /**
   * Notes {@code envelope} as the password that is to follow the one in force.
   *
   * @return false when one is on its way, or that one is not in force any more
   */
  public boolean beginRotation(SecretEngine changed, byte[] envelope) {
    return Stamps.bind(
                handle.createUpdate(
                    "update secret_engine set next_number = :next, next_envelope = :envelope,"
                        + " created_at = :createdAt, created_by = :createdBy,"
                        + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
                        + " where id = :id and root_number = :number and next_number is null"),
                changed.stamp())
            .bind("id", changed.id())
            .bind("number", changed.rootNumber())
            .bind("next", changed.rootNumber() + 1)
            .bind("envelope", envelope)
            .execute()
        == 1;
  }

  /** Puts the password {@code number}, which was shown to log in, in force; the old one is gone. */
  public boolean endRotation(UUID id, int number, Instant now) {
    return handle
            .createUpdate(
                "update secret_engine set root_number = next_number,"
                    + " root_envelope = next_envelope, next_number = null, next_envelope = null,"
                    + " updated_at = :now where id = :id and next_number = :number")
            .bind("id", id)
            .bind("number", number)
            .bind("now", Times.column(now))
            .execute()
        == 1;
  }

  /** Engines with a password on its way, at most {@code limit}. */
  public List<UUID> rotating(int limit) {
    return handle
        .createQuery("select id from secret_engine where next_number is not null limit :limit")
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /** Removes the engine {@code id}, which has no roles and no live leases. */
  public void delete(UUID id) {
    handle.createUpdate("delete from lease where engine_id = :id").bind("id", id).execute();
    handle.createUpdate("delete from secret_engine where id = :id").bind("id", id).execute();
  }

  private static SecretEngine read(ResultSet row) throws SQLException {
    SecretEngineDraft draft =
        new SecretEngineDraft(
            row.getString("name"),
            row.getString("tenant"),
            Environment.of(row.getString("environment")),
            EngineKind.of(row.getString("kind")),
            row.getString("owner"),
            row.getString("description"),
            row.getString("host"),
            row.getInt("port"),
            row.getString("database_name"),
            row.getString("root_user"),
            row.getBoolean("tls"));
    return new SecretEngine(
        row.getObject("id", UUID.class),
        draft,
        row.getInt("root_number"),
        row.getObject("next_number") != null,
        Stamps.read(row));
  }
}
