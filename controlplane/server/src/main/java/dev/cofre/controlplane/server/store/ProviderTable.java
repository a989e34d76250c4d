package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.IdentityProvider;
import dev.cofre.controlplane.domain.IdentityProviderDraft;
import dev.cofre.controlplane.domain.Stamp;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Identity providers. */
public final class ProviderTable {
  private final Handle handle;
  private final NamedRows<IdentityProvider> rows;

  ProviderTable(Handle handle) {
    this.handle = handle;
    this.rows = new NamedRows<>(handle, "identity_provider", (row, context) -> read(row));
  }

  /** The provider of {@code tenant} named {@code name}. */
  public Optional<IdentityProvider> find(String tenant, String name) {
    return rows.find(tenant, name);
  }

  /** The provider whose tokens say that {@code issuer} made them, of whatever tenant. */
  public Optional<IdentityProvider> findByIssuer(String issuer) {
    return one("issuer", issuer);
  }

  private Optional<IdentityProvider> one(String column, String value) {
    return handle
        .createQuery("select * from identity_provider where " + column + " = :value")
        .bind("value", value)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** How many providers {@code tenant} has. */
  public int count(String tenant) {
    return rows.count(tenant);
  }

  /** The first {@code limit} providers of {@code tenant} whose name sorts after {@code after}. */
  public List<IdentityProvider> page(String tenant, String after, int limit) {
    return rows.page(tenant, after, limit);
  }

  /** Writes a new provider. */
  public void insert(IdentityProvider provider) {
    write(
        provider,
        "insert into identity_provider (id, tenant, name, issuer, document, "
            + Stamps.COLUMNS
            + ") values (:id, :tenant, :name, :issuer, :document, "
            + Stamps.VALUES
            + ")");
  }

  /** Writes what {@code provider} is now. */
  public void update(IdentityProvider provider) {
    write(
        provider,
        "update identity_provider set tenant = :tenant, name = :name, issuer = :issuer,"
            + " document = :document, created_at = :createdAt, created_by = :createdBy,"
            + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
            + " where id = :id");
  }

  private void write(IdentityProvider provider, String sql) {
    Stamps.bind(handle.createUpdate(sql), provider.stamp())
        .bind("id", provider.id())
        .bind("tenant", provider.tenant())
        .bind("name", provider.draft().name())
        .bind("issuer", provider.draft().issuer())
        .bind("document", JsonText.of(provider.draft().document()))
        .execute();
  }

  /** Removes {@code provider} and its bindings. */
  public void delete(IdentityProvider provider) {
    handle
        .createUpdate("delete from identity_provider where id = :id")
        .bind("id", provider.id())
        .execute();
  }

  private static IdentityProvider read(ResultSet row) throws SQLException {
    Map<String, Object> document = JsonText.document(row.getString("document"));
    Stamp stamp = Stamps.read(row);
    return new IdentityProvider(
        row.getString("tenant"), IdentityProviderDraft.read(document, null), stamp);
  }
}
