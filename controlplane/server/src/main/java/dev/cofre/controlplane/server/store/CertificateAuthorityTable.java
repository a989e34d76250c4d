package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.CertificateKeyType;
import dev.cofre.controlplane.domain.Environment;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Certificate authorities, each with its newest revocation list. */
public final class CertificateAuthorityTable {
  /** All but the list, which may be of megabytes. */
  private static final String COLUMNS =
      "id, tenant, name, environment, owner, description, common_name, key_type, valid_days,"
          + " crl_url, state, certificate, not_before, not_after, "
          + Stamps.COLUMNS;

  private final Handle handle;
  private final NamedRows<CertificateAuthority> rows;

  CertificateAuthorityTable(Handle handle) {
    this.handle = handle;
    this.rows =
        new NamedRows<>(
            handle,
            "certificate_authority",
            COLUMNS,
            " and state = 'ACTIVE'",
            (row, context) -> read(row));
  }

  /**
   * An authority's newest revocation list, and what there is to know for the next one.
   *
   * @param number 0: there is none yet
   * @param madeAt null: there is none yet
   * @param list DER; null: there is none yet
   * @param revocations how often something was revoked so far
   * @param listed how often, when the list was made
   */
  public record Crl(long number, Instant madeAt, byte[] list, long revocations, long listed) {}

  /** The authority {@code id}, whatever its state. */
  public Optional<CertificateAuthority> find(UUID id) {
    return rows.find(id);
  }

  /** The authority named {@code name} in {@code tenant} that issues. */
  public Optional<CertificateAuthority> find(String tenant, String name) {
    return rows.find(tenant, name);
  }

  /** Whether {@code name} is taken in {@code tenant}, also by one that is being made. */
  public boolean isTaken(String tenant, String name) {
    return handle
        .createQuery("select id from certificate_authority where tenant = :tenant and name = :name")
        .bind("tenant", tenant)
        .bind("name", name)
        .mapTo(UUID.class)
        .findOne()
        .isPresent();
  }

  /** The first {@code limit} of {@code tenant} that issue, by name after {@code after}. */
  public List<CertificateAuthority> page(String tenant, String after, int limit) {
    return rows.page(tenant, after, limit);
  }

  /** The same of those that one of {@code owners} owns. */
  public List<CertificateAuthority> pageOwned(
      String tenant, Collection<String> owners, String after, int limit) {
    return rows.pageOwned(tenant, owners, after, limit);
  }

  /** Whether {@code owner} owns any. */
  public boolean isOwner(String tenant, String owner) {
    return rows.isOwner(tenant, owner);
  }

  /** How many {@code tenant} has, in any state. */
  public int count(String tenant) {
    return rows.count(tenant);
  }

  /**
   * Writes a new authority ahead.
   *
   * @param nextAt after when nobody makes its key any more
   */
  public void insert(CertificateAuthority authority, Instant nextAt) {
    CertificateAuthorityDraft draft = authority.draft();
    Stamps.bind(
            handle.createUpdate(
                "insert into certificate_authority (id, tenant, name, environment, owner,"
                    + " description, common_name, key_type, valid_days, crl_url, state, next_at,"
                    + " revocations, crl_revocations, crl_number, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, :name, :environment, :owner, :description,"
                    + " :commonName, :keyType, :validDays, :crlUrl, 'PENDING', :nextAt, 0, 0, 0, "
                    + Stamps.VALUES
                    + ")"),
            authority.stamp())
        .bind("id", authority.id())
        .bind("tenant", draft.tenant())
        .bind("name", draft.name())
        .bind("environment", draft.environment().wireName())
        .bind("owner", draft.owner())
        .bind("description", draft.description())
        .bind("commonName", draft.commonName())
        .bind("keyType", draft.keyType().wireName())
        .bind("validDays", draft.validity().toDays())
        .bind("crlUrl", draft.crlUrl())
        .bind("nextAt", Times.column(nextAt))
        .execute();
  }

  /** Says that the authority {@code id}, which was written ahead, issues under {@code made}. */
  public boolean activate(UUID id, byte[] certificate, Instant notBefore, Instant notAfter) {
    return handle
            .createUpdate(
                "update certificate_authority set state = 'ACTIVE', certificate = :certificate,"
                    + " not_before = :notBefore, not_after = :notAfter, next_at = null"
                    + " where id = :id and state = 'PENDING'")
            .bind("id", id)
            .bind("certificate", certificate)
            .bind("notBefore", Times.column(notBefore))
            .bind("notAfter", Times.column(notAfter))
            .execute()
        == 1;
  }

  /**
   * Ends the authority {@code id}, whatever it was; its name is free from now on.
   *
   * @return false when there is none any more
   */
  public boolean end(UUID id, Instant now) {
    return handle
            .createUpdate(
                "update certificate_authority set state = 'ENDING', name = :name, next_at = :now"
                    + " where id = :id")
            .bind("id", id)
            .bind("name", "~" + id)
            .bind("now", Times.column(now))
            .execute()
        == 1;
  }

  /** Takes one whose key is to be destroyed, for whoever calls alone until {@code until}. */
  public Optional<CertificateAuthority> claimEnding(Instant now, Instant until) {
    Optional<UUID> due =
        handle
            .createQuery(
                "select id from certificate_authority where next_at <= :now"
                    + " order by next_at limit 1 for update skip locked")
            .bind("now", Times.column(now))
            .mapTo(UUID.class)
            .findOne();
    due.ifPresent(id -> end(id, until));
    return due.flatMap(this::find);
  }

  /** Removes the authority {@code id}, whose key is gone, with all that is known of it. */
  public void delete(UUID id) {
    for (String table : List.of("certificate", "certificate_role")) {
      handle
          .createUpdate("delete from " + table + " where authority_id = :id")
          .bind("id", id)
          .execute();
    }
    handle
        .createUpdate("delete from certificate_authority where id = :id")
        .bind("id", id)
        .execute();
  }

  /** Notes that certificates of the authority {@code id} were revoked. */
  public void revoked(UUID id) {
    handle
        .createUpdate(
            "update certificate_authority set revocations = revocations + 1 where id = :id")
        .bind("id", id)
        .execute();
  }

  /** The newest revocation list of the authority {@code id}, which issues. */
  public Optional<Crl> crl(UUID id) {
    return handle
        .createQuery(
            "select crl_number, crl_made_at, crl, revocations, crl_revocations"
                + " from certificate_authority where id = :id and state = 'ACTIVE'")
        .bind("id", id)
        .map(
            (row, context) ->
                new Crl(
                    row.getLong("crl_number"),
                    Times.find(row, "crl_made_at").orElse(null),
                    row.getBytes("crl"),
                    row.getLong("revocations"),
                    row.getLong("crl_revocations")))
        .findOne();
  }

  /** Puts {@code next} in the place of the list {@code before}; false when another is there. */
  public boolean putCrl(UUID id, long before, Crl next) {
    return handle
            .createUpdate(
                "update certificate_authority set crl_number = :number, crl_made_at = :madeAt,"
                    + " crl = :list, crl_revocations = :listed"
                    + " where id = :id and crl_number = :before and state = 'ACTIVE'")
            .bind("id", id)
            .bind("number", next.number())
            .bind("before", before)
            .bind("madeAt", Times.column(next.madeAt()))
            .bind("list", next.list())
            .bind("listed", next.listed())
            .execute()
        == 1;
  }

  /** Authorities whose list is of before {@code before}, or lacks something. */
  public List<UUID> crlsDue(Instant before, int limit) {
    return handle
        .createQuery(
            "select id from certificate_authority where state = 'ACTIVE' and (crl_made_at is null"
                + " or crl_made_at < :before or crl_revocations <> revocations) limit :limit")
        .bind("before", Times.column(before))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  private static CertificateAuthority read(ResultSet row) throws SQLException {
    CertificateAuthorityDraft draft =
        new CertificateAuthorityDraft(
            row.getString("name"),
            row.getString("tenant"),
            Environment.of(row.getString("environment")),
            row.getString("owner"),
            row.getString("description"),
            row.getString("common_name"),
            CertificateKeyType.of(row.getString("key_type")),
            Duration.ofDays(row.getInt("valid_days")),
            row.getString("crl_url"));
    return new CertificateAuthority(
        row.getObject("id", UUID.class),
        draft,
        CertificateAuthority.State.valueOf(row.getString("state")),
        row.getBytes("certificate"),
        Times.find(row, "not_before").orElse(null),
        Times.find(row, "not_after").orElse(null),
        Stamps.read(row));
  }
}
