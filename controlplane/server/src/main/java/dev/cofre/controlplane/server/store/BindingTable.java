package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.BindingDraft;
import dev.cofre.controlplane.domain.IdentityBinding;
import dev.cofre.controlplane.domain.IdentityProvider;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Which callers from elsewhere are principals of ours. */
public final class BindingTable {
  /** What the bindings of client certificates trust: the listeners' own CA. */
  static final String SPIFFE = "spiffe";

  private final Handle handle;

  BindingTable(Handle handle) {
    this.handle = handle;
  }

  /** The binding with {@code id}. */
  public Optional<IdentityBinding> find(UUID id) {
    return handle
        .createQuery("select * from identity_binding where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Those of the principal with {@code id}. */
  public List<IdentityBinding> of(String id) {
    return handle
        .createQuery(
            "select * from identity_binding where principal_id = :id order by created_at, id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .list();
  }

  /** The binding of {@code subject} by the provider with {@code providerId}. */
  public Optional<IdentityBinding> bySubject(String providerId, String subject) {
    return handle
        .createQuery("select * from identity_binding where trust = :trust and subject = :subject")
        .bind("trust", providerId)
        .bind("subject", subject)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The binding of client certificates with {@code spiffeId}. */
  public Optional<IdentityBinding> bySpiffeId(String spiffeId) {
    return bySubject(SPIFFE, spiffeId);
  }

  /** The bindings by claims of the provider with {@code providerId}. */
  public List<IdentityBinding> byClaims(String providerId) {
    return handle
        .createQuery(
            "select * from identity_binding where trust = :trust and subject is null order by id")
        .bind("trust", providerId)
        .map((row, context) -> read(row))
        .list();
  }

  /** The principals that have a binding by the provider with {@code providerId}. */
  public List<String> principalsOf(String providerId) {
    return handle
        .createQuery(
            "select distinct principal_id from identity_binding where provider_id = :provider")
        .bind("provider", providerId)
        .mapTo(String.class)
        .list();
  }

  /** Writes a new binding. */
  public void insert(IdentityBinding binding) {
    BindingDraft draft = binding.draft();
    String provider =
        draft.isSpiffe() ? null : IdentityProvider.id(binding.tenant(), draft.provider());
    handle
        .createUpdate(
            "insert into identity_binding (id, tenant, principal_id, trust, provider_id, subject,"
                + " claims, created_at, created_by) values (:id, :tenant, :principal, :trust,"
                + " :provider, :subject, :claims, :now, :by)")
        .bind("id", binding.id())
        .bind("tenant", binding.tenant())
        .bind("principal", binding.principal())
        .bind("trust", provider == null ? SPIFFE : provider)
        .bind("provider", provider)
        .bind("subject", draft.subject())
        .bind("claims", draft.claims().isEmpty() ? null : JsonText.of(draft.claims()))
        .bind("now", Times.column(binding.createdAt()))
        .bind("by", binding.createdBy())
        .execute();
  }

  /** Removes {@code binding}. */
  public void delete(IdentityBinding binding) {
    handle
        .createUpdate("delete from identity_binding where id = :id")
        .bind("id", binding.id())
        .execute();
  }

  private static IdentityBinding read(ResultSet row) throws SQLException {
    String tenant = row.getString("tenant");
    String provider = row.getString("provider_id");
    String claims = row.getString("claims");
    return new IdentityBinding(
        row.getObject("id", UUID.class),
        tenant,
        row.getString("principal_id"),
        new BindingDraft(
            provider == null ? null : provider.substring(tenant.length() + 1),
            row.getString("subject"),
            claims == null ? Map.of() : JsonText.textMap(claims)),
        Times.read(row, "created_at"),
        row.getString("created_by"));
  }
}
