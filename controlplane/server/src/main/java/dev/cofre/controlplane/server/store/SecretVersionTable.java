package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.SecretVersion;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The versions of secrets, with their sealed values. */
public final class SecretVersionTable {
  private static final String COLUMNS =
      "version_number, state, created_at, created_by, changed_at, changed_by, template";

  private final Handle handle;

  SecretVersionTable(Handle handle) {
    this.handle = handle;
  }

  /** The newest version's number; 0 when there is none. */
  public int newest(UUID secret) {
    return handle
        .createQuery(
            "select coalesce(max(version_number), 0) from secret_version where secret_id = :secret")
        .bind("secret", secret)
        .mapTo(Integer.class)
        .one();
  }

  /** How many are kept. */
  public int count(UUID secret) {
    return handle
        .createQuery("select count(*) from secret_version where secret_id = :secret")
        .bind("secret", secret)
        .mapTo(Integer.class)
        .one();
  }

  /** Removes the versions up to {@code number} that {@code by} made. */
  public void forget(UUID secret, int number, String by) {
    handle
        .createUpdate(
            "delete from secret_version where secret_id = :secret"
                + " and version_number <= :number and created_by = :by")
        .bind("secret", secret)
        .bind("number", number)
        .bind("by", by)
        .execute();
  }

  /** The version {@code number}. */
  public Optional<SecretVersion> find(UUID secret, int number) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from secret_version where secret_id = :secret and version_number = :number")
        .bind("secret", secret)
        .bind("number", number)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The sealed value of the version {@code number}; empty when it is destroyed, or not there. */
  public Optional<byte[]> envelope(UUID secret, int number) {
    return handle
        .createQuery(
            "select envelope from secret_version"
                + " where secret_id = :secret and version_number = :number"
                + " and envelope is not null")
        .bind("secret", secret)
        .bind("number", number)
        .mapTo(byte[].class)
        .findOne();
  }

  /** The first {@code limit} versions after {@code after}, by number. */
  public List<SecretVersion> page(UUID secret, int after, int limit) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from secret_version where secret_id = :secret and version_number > :after"
                + " order by version_number limit :limit")
        .bind("secret", secret)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes a new version with its sealed value. */
  public void insert(UUID secret, SecretVersion version, byte[] envelope) {
    handle
        .createUpdate(
            "insert into secret_version (secret_id, envelope, "
                + COLUMNS
                + ") values (:secret, :envelope, :number, :state, :createdAt, :createdBy,"
                + " :changedAt, :changedBy, :template)")
        .bind("secret", secret)
        .bind("envelope", envelope)
        .bind("number", version.number())
        .bind("state", version.state().name())
        .bind("createdAt", Times.column(version.createdAt()))
        .bind("createdBy", version.createdBy())
        .bind("changedAt", Times.column(version.changedAt()))
        .bind("changedBy", version.changedBy())
        .bind("template", version.template())
        .execute();
  }

  /** Writes the state of {@code version}; that of a destroyed one takes its sealed value away. */
  public void move(UUID secret, SecretVersion version) {
    String value = version.state() == SecretVersion.State.DESTROYED ? ", envelope = null" : "";
    handle
        .createUpdate(
            "update secret_version set state = :state, changed_at = :changedAt,"
                + " changed_by = :changedBy"
                + value
                + " where secret_id = :secret and version_number = :number")
        .bind("secret", secret)
        .bind("number", version.number())
        .bind("state", version.state().name())
        .bind("changedAt", Times.column(version.changedAt()))
        .bind("changedBy", version.changedBy())
        .execute();
  }

  private static SecretVersion read(ResultSet row) throws SQLException {
    return new SecretVersion(
        row.getInt("version_number"),
        SecretVersion.State.valueOf(row.getString("state")),
        Times.read(row, "created_at"),
        row.getString("created_by"),
        Times.read(row, "changed_at"),
        row.getString("changed_by"),
        row.getBoolean("template"));
  }
}
