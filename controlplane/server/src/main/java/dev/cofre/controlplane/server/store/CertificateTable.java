package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.CertificateState;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.domain.SubjectNames;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** The lives of certificates. A revocation is never taken back. */
public final class CertificateTable {
  private static final String LIVE = " and expires_at > :now";

  private final Handle handle;

  CertificateTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Which certificates are meant; what is null selects nothing in particular.
   *
   * @param owners null: those of all authorities; else of authorities that one of these owns
   */
  public record Filter(
      String tenant, UUID authority, String role, String principal, Collection<String> owners) {
    private String where() {
      return " where c.tenant = :tenant"
          + (authority == null ? "" : " and c.authority_id = :authority")
          + (role == null ? "" : " and c.role_name = :role")
          + (principal == null ? "" : " and c.principal = :principal")
          + (owners == null
              ? ""
              : " and c.authority_id in (select id from certificate_authority"
                  + " where tenant = :tenant and owner in (<owners>))");
    }

    private <T extends SqlStatement<T>> T bind(T statement) {
      statement.bind("tenant", tenant);
      if (authority != null) {
        statement.bind("authority", authority);
      }
      if (role != null) {
        statement.bind("role", role);
      }
      if (principal != null) {
        statement.bind("principal", principal);
      }
      if (owners != null) {
        statement.bindList("owners", List.copyOf(owners));
      }
      return statement;
    }
  }

  /** One line of a revocation list. */
  public record Revoked(String serial, Instant at, RevocationReason reason) {}

  /** The certificate {@code id}. */
  public Optional<IssuedCertificate> find(UUID id) {
    return handle
        .createQuery("select * from certificate where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The first {@code limit} of {@code filter} by id after {@code after}; null: the first ones. */
  public List<IssuedCertificate> page(Filter filter, UUID after, int limit) {
    String from = after == null ? "" : " and c.id > :after";
    var query =
        filter.bind(
            handle.createQuery(
                "select c.* from certificate c"
                    + filter.where()
                    + from
                    + " order by c.id limit :limit"));
    if (after != null) {
      query.bind("after", after);
    }
    return query.bind("limit", limit).map((row, context) -> read(row)).list();
  }

  /** How many of {@code authority} have not expired at {@code now}. */
  public int countLive(UUID authority, Instant now) {
    return handle
        .createQuery("select count(*) from certificate where authority_id = :authority" + LIVE)
        .bind("authority", authority)
        .bind("now", Times.column(now))
        .mapTo(Integer.class)
        .one();
  }

  /** How many of {@code authority} and {@code role} have not expired at {@code now}. */
  public int countLive(UUID authority, String role, Instant now) {
    return handle
        .createQuery(
            "select count(*) from certificate"
                + " where authority_id = :authority and role_name = :role"
                + LIVE)
        .bind("authority", authority)
        .bind("role", role)
        .bind("now", Times.column(now))
        .mapTo(Integer.class)
        .one();
  }

  /** How many of {@code principal} have not expired at {@code now} and are not revoked. */
  public int countLive(String tenant, String principal, Instant now) {
    return handle
        .createQuery(
            "select count(*) from certificate where tenant = :tenant and principal = :principal"
                + " and state <> 'REVOKED'"
                + LIVE)
        .bind("tenant", tenant)
        .bind("principal", principal)
        .bind("now", Times.column(now))
        .mapTo(Integer.class)
        .one();
  }

  /** Writes a certificate ahead. */
  public void insert(IssuedCertificate certificate) {
    handle
        .createUpdate(
            "insert into certificate (id, tenant, authority_id, role_name, principal, serial,"
                + " names, generated_key, state, issued_at, not_before, expires_at) values (:id,"
                + " :tenant, :authority, :role, :principal, :serial, :names, :generated, :state,"
                + " :issuedAt, :notBefore, :expiresAt)")
        .bind("id", certificate.id())
        .bind("tenant", certificate.tenant())
        .bind("authority", certificate.authority())
        .bind("role", certificate.role())
        .bind("principal", certificate.principal())
        .bind("serial", certificate.serial())
        .bind("names", text(certificate.names()))
        .bind("generated", certificate.generatedKey())
        .bind("state", certificate.state().name())
        .bind("issuedAt", Times.column(certificate.issuedAt()))
        .bind("notBefore", Times.column(certificate.notBefore()))
        .bind("expiresAt", Times.column(certificate.expiresAt()))
        .execute();
  }

  /** Says that the certificate {@code id}, which was written ahead, is handed out. */
  public boolean activate(UUID id, String sha256) {
    return handle
            .createUpdate(
                "update certificate set state = 'ACTIVE', sha256 = :sha256"
                    + " where id = :id and state = 'PENDING'")
            .bind("id", id)
            .bind("sha256", sha256)
            .execute()
        == 1;
  }

  /** Removes the certificate {@code id}, which was written ahead and never left. */
  public boolean discard(UUID id) {
    return handle
            .createUpdate("delete from certificate where id = :id and state = 'PENDING'")
            .bind("id", id)
            .execute()
        == 1;
  }

  /** Revokes the certificate {@code id}; false when it was before. */
  public boolean revoke(UUID id, RevocationReason reason, Instant now) {
    return handle
            .createUpdate(
                "update certificate set state = 'REVOKED', reason = :reason, revoked_at = :now"
                    + " where id = :id and state <> 'REVOKED'")
            .bind("id", id)
            .bind("reason", reason.wireName())
            .bind("now", Times.column(now))
            .execute()
        == 1;
  }

  /** Revokes the certificate {@code id} when it was handed out to nobody; false when it was. */
  public boolean abandon(UUID id, RevocationReason reason, Instant now) {
    return handle
            .createUpdate(
                "update certificate set state = 'REVOKED', reason = :reason, revoked_at = :now"
                    + " where id = :id and state = 'PENDING'")
            .bind("id", id)
            .bind("reason", reason.wireName())
            .bind("now", Times.column(now))
            .execute()
        == 1;
  }

  /** The authorities of those of {@code filter} that were revoked {@code at}, by their ids. */
  public List<UUID> authoritiesOfRevoked(Filter filter, Instant at) {
    return filter
        .bind(
            handle.createQuery(
                "select distinct c.authority_id from certificate c"
                    + filter.where()
                    + " and c.state = 'REVOKED' and c.revoked_at = :at order by c.authority_id"))
        .bind("at", Times.column(at))
        .mapTo(UUID.class)
        .list();
  }

  /** How many of {@code filter} can be revoked. */
  public int countRevocable(Filter filter, Instant now) {
    return filter
        .bind(handle.createQuery("select count(*) from certificate c" + open(filter)))
        .bind("now", Times.column(now))
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Revokes those of {@code filter} that have not expired.
   *
   * @return how many
   */
  public int revoke(Filter filter, RevocationReason reason, Instant now) {
    return filter
        .bind(
            handle.createUpdate(
                "update certificate set state = 'REVOKED', reason = :reason, revoked_at = :now"
                    + " where state <> 'REVOKED' and id in (select c.id from certificate c"
                    + open(filter)
                    + ")"))
        .bind("reason", reason.wireName())
        .bind("now", Times.column(now))
        .execute();
  }

  private static String open(Filter filter) {
    return filter.where() + " and c.state <> 'REVOKED' and c.expires_at > :now";
  }

  /** The revoked ones of {@code authority} that expire after {@code after}, by serial number. */
  public List<Revoked> revoked(UUID authority, Instant after) {
    return handle
        .createQuery(
            "select serial, revoked_at, reason from certificate where authority_id = :authority"
                + " and state = 'REVOKED' and expires_at > :after order by serial")
        .bind("authority", authority)
        .bind("after", Times.column(after))
        .map(
            (row, context) ->
                new Revoked(
                    row.getString("serial"),
                    Times.read(row, "revoked_at"),
                    RevocationReason.of(row.getString("reason"))))
        .list();
  }

  /** Those that were written ahead before {@code before} and handed out to nobody. */
  public List<IssuedCertificate> abandoned(Instant before, int limit) {
    return handle
        .createQuery(
            "select * from certificate where state = 'PENDING' and issued_at < :before limit :limit")
        .bind("before", Times.column(before))
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Removes rows of what expired before {@code before}, at most {@code limit}. */
  public int forget(Instant before, int limit) {
    return handle
        .createUpdate(
            "delete from certificate where id in (select id from certificate"
                + " where expires_at < :before limit :limit)")
        .bind("before", Times.column(before))
        .bind("limit", limit)
        .execute();
  }

  private static String text(SubjectNames names) {
    return new JsonObject()
        .put("dns", new JsonArray(names.dnsNames()))
        .put("uri", new JsonArray(names.uris()))
        .put("ip", new JsonArray(names.ipAddresses()))
        .encode();
  }

  private static SubjectNames names(String text) {
    JsonObject json = new JsonObject(text);
    return new SubjectNames(list(json, "dns"), list(json, "uri"), list(json, "ip"));
  }

  private static List<String> list(JsonObject json, String field) {
    return json.getJsonArray(field).stream().map(String.class::cast).toList();
  }

  private static IssuedCertificate read(ResultSet row) throws SQLException {
    String reason = row.getString("reason");
    return new IssuedCertificate(
        row.getObject("id", UUID.class),
        row.getString("tenant"),
        row.getObject("authority_id", UUID.class),
        row.getString("role_name"),
        row.getString("principal"),
        row.getString("serial"),
        names(row.getString("names")),
        row.getBoolean("generated_key"),
        CertificateState.valueOf(row.getString("state")),
        Times.read(row, "issued_at"),
        Times.read(row, "not_before"),
        Times.read(row, "expires_at"),
        row.getString("sha256"),
        reason == null ? null : RevocationReason.of(reason),
        Times.find(row, "revoked_at").orElse(null));
  }
}
