package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretReference;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Which secrets the versions refer to that are templates. */
public final class SecretReferenceTable {
  private final Handle handle;

  SecretReferenceTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * A secret whose current version refers to another one.
   *
   * @param version that current version's number
   * @param refersTo the version that it refers to; 0: the current one
   */
  public record Dependent(String secret, int version, int refersTo) {}

  /** Writes what the version {@code number} of {@code secret} refers to. */
  public void insert(Secret secret, int number, Collection<SecretReference> references) {
    for (SecretReference reference : references) {
      handle
          .createUpdate(
              "insert into secret_reference (secret_id, version_number, tenant, target,"
                  + " target_version) values (:secret, :number, :tenant, :target, :version)")
          .bind("secret", secret.id())
          .bind("number", number)
          .bind("tenant", secret.tenant())
          .bind("target", reference.name())
          .bind("version", reference.version())
          .execute();
    }
  }

  /** What the version {@code number} of {@code secret} refers to, by name. */
  public List<SecretReference> of(UUID secret, int number) {
    return handle
        .createQuery(
            "select target, target_version from secret_reference"
                + " where secret_id = :secret and version_number = :number"
                + " order by target, target_version")
        .bind("secret", secret)
        .bind("number", number)
        .map(
            (row, context) ->
                new SecretReference(row.getString("target"), row.getInt("target_version")))
        .list();
  }

  /** Removes what the version {@code number} of {@code secret} refers to. */
  public void remove(UUID secret, int number) {
    handle
        .createUpdate(
            "delete from secret_reference where secret_id = :secret and version_number = :number")
        .bind("secret", secret)
        .bind("number", number)
        .execute();
  }

  /**
   * The first {@code limit} secrets of {@code target}'s owner whose current version refers to
   * {@code target} and is not deleted, by name. Those of other owners do not get its value.
   */
  public List<Dependent> dependents(Secret target, int limit) {
    return handle
        .createQuery(
            "select s.name, r.version_number, r.target_version from secret_reference r"
                + " join secret s on s.id = r.secret_id and s.current_version = r.version_number"
                + " join secret_version v on v.secret_id = r.secret_id"
                + " and v.version_number = r.version_number"
                + " where r.tenant = :tenant and r.target = :target and s.owner = :owner"
                + " and s.id <> :id and v.state = 'ACTIVE'"
                + " order by s.name, r.target_version limit :limit")
        .bind("tenant", target.tenant())
        .bind("target", target.name())
        .bind("owner", target.draft().owner())
        .bind("id", target.id())
        .bind("limit", limit)
        .map(
            (row, context) ->
                new Dependent(
                    row.getString("name"),
                    row.getInt("version_number"),
                    row.getInt("target_version")))
        .list();
  }
}
