package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Principals and the digests of their bearer tokens. */
public final class PrincipalTable {
  private final Handle handle;
  private final Changes changes;
  private final LongSupplier nextRevision;

  /**
   * The table.
   *
   * @param nextRevision of the snapshots: no two changes see the same
   */
  PrincipalTable(Handle handle, Changes changes, LongSupplier nextRevision) {
    this.handle = handle;
    this.changes = changes;
    this.nextRevision = nextRevision;
  }

  /** Whether there is none at all. */
  public boolean isEmpty() {
    return handle.createQuery("select count(*) from principal").mapTo(Integer.class).one() == 0;
  }

  /** The principal with {@code id}. */
  public Optional<Principal> find(String id) {
    return handle
        .createQuery("select * from principal where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The principal to whom the token with {@code digest} was given. */
  public Optional<Principal> findByToken(byte[] digest) {
    return handle
        .createQuery(
            "select p.* from principal p join principal_token t on t.principal_id = p.id"
                + " where t.digest = :digest")
        .bind("digest", digest)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The first {@code limit} principals of {@code tenant} whose id sorts after {@code after}. */
  public List<Principal> page(String tenant, String after, int limit) {
    return handle
        .createQuery(
            "select * from principal where tenant = :tenant and id > :after order by id limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes a new principal without tokens. */
  public void insert(Principal principal) {
    Stamps.bind(
            handle.createUpdate(
                "insert into principal (id, tenant, roles, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, :roles, "
                    + Stamps.VALUES
                    + ")"),
            principal.stamp())
        .bind("id", principal.id())
        .bind("tenant", principal.tenant())
        .bind("roles", names(principal))
        .execute();
    credentialsChanged(principal);
  }

  /** Writes the roles and stamp of {@code principal}, and tells the data planes. */
  public void update(Principal principal) {
    Stamps.bind(
            handle.createUpdate(
                "update principal set roles = :roles, created_at = :createdAt,"
                    + " created_by = :createdBy, updated_at = :updatedAt,"
                    + " updated_by = :updatedBy, revision = :revision where id = :id"),
            principal.stamp())
        .bind("id", principal.id())
        .bind("roles", names(principal))
        .execute();
    credentialsChanged(principal);
  }

  /** Removes the principal and its tokens, and tells the data planes. */
  public void delete(Principal principal) {
    handle
        .createUpdate("delete from principal where id = :id")
        .bind("id", principal.id())
        .execute();
    changes.removedPrincipal(principal.id());
  }

  /**
   * Makes {@code digest} that of the principal's only token; writes the stamp of {@code principal}
   * and tells the data planes.
   */
  public void replaceTokens(Principal principal, byte[] digest, Instant now) {
    dropTokens(principal.id());
    handle
        .createUpdate(
            "insert into principal_token (digest, principal_id, created_at)"
                + " values (:digest, :id, :now)")
        .bind("digest", digest)
        .bind("id", principal.id())
        .bind("now", Times.column(now))
        .execute();
    update(principal);
  }

  /**
   * Takes away every way in which {@code principal} can prove who it is: tokens, bindings and
   * enrolments; {@link #update} tells the data planes.
   */
  public void dropCredentials(Principal principal) {
    dropTokens(principal.id());
    for (String table : List.of("identity_binding", "enrolment")) {
      handle
          .createUpdate("delete from " + table + " where principal_id = :id")
          .bind("id", principal.id())
          .execute();
    }
  }

  /** By what a principal can prove who it is. */
  public record Credentials(int tokens, int bindings, int enrolments) {}

  /** What {@link #dropCredentials} would take from the principal with {@code id}. */
  public Credentials credentials(String id) {
    return handle
        .createQuery(
            "select (select count(*) from principal_token where principal_id = :id) as tokens,"
                + " (select count(*) from identity_binding where principal_id = :id) as bindings,"
                + " (select count(*) from enrolment where principal_id = :id"
                + " and used_at is null) as enrolments")
        .bind("id", id)
        .map(
            (row, context) ->
                new Credentials(
                    row.getInt("tokens"), row.getInt("bindings"), row.getInt("enrolments")))
        .one();
  }

  private void dropTokens(String id) {
    handle
        .createUpdate("delete from principal_token where principal_id = :id")
        .bind("id", id)
        .execute();
  }

  /** Whether the principal with {@code id} can prove who it is now: it has a token or a binding. */
  public boolean canLogIn(String id) {
    Credentials has = credentials(id);
    return has.tokens() + has.bindings() > 0;
  }

  /** Whether the principal with {@code id} can prove who it is, or is about to. */
  public boolean hasCredentials(String id) {
    return handle
            .createQuery(
                "select (select count(*) from principal_token where principal_id = :id)"
                    + " + (select count(*) from identity_binding where principal_id = :id)"
                    + " + (select count(*) from enrolment where principal_id = :id"
                    + " and used_at is null)")
            .bind("id", id)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** From now on exchanged tokens from before are refused; tells the data planes. */
  public void credentialsChanged(Principal principal) {
    long revision = nextRevision.getAsLong();
    handle
        .createUpdate("update principal set credential_revision = :revision where id = :id")
        .bind("revision", revision)
        .bind("id", principal.id())
        .execute();
    if (!principal.roles().contains(Role.NODE)) {
      // Nodes prove who they are to the control plane alone: data planes are not told of them.
      changes.principal(
          WireForm.of(
              principal, tokenDigests(principal.id()), revision, spiffeIds(principal.id())));
    }
  }

  private static String names(Principal principal) {
    return principal.roles().stream().map(Role::wireName).sorted().collect(Collectors.joining(","));
  }

  private List<byte[]> tokenDigests(String id) {
    return handle
        .createQuery("select digest from principal_token where principal_id = :id order by digest")
        .bind("id", id)
        .map((row, context) -> row.getBytes(1))
        .list();
  }

  private List<String> spiffeIds(String id) {
    return handle
        .createQuery(
            "select subject from identity_binding"
                + " where principal_id = :id and trust = :spiffe order by subject")
        .bind("id", id)
        .bind("spiffe", BindingTable.SPIFFE)
        .mapTo(String.class)
        .list();
  }

  private static Principal read(ResultSet row) throws SQLException {
    return new Principal(
        row.getString("id"),
        row.getString("tenant"),
        Arrays.stream(row.getString("roles").split(",")).map(Role::of).collect(Collectors.toSet()),
        Stamps.read(row));
  }
}
