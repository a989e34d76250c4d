package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.CertificateRoleDraft;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** What authorities' certificates may say. */
public final class CertificateRoleTable {
  private final Handle handle;

  CertificateRoleTable(Handle handle) {
    this.handle = handle;
  }

  /** The role {@code name} of {@code authority}. */
  public Optional<CertificateRole> find(UUID authority, String name) {
    return handle
        .createQuery("select * from certificate_role where authority_id = :authority and name = :n")
        .bind("authority", authority)
        .bind("n", name)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The first {@code limit} roles of {@code authority} whose name sorts after {@code after}. */
  public List<CertificateRole> page(UUID authority, String after, int limit) {
    return handle
        .createQuery(
            "select * from certificate_role where authority_id = :authority and name > :after"
                + " order by name limit :limit")
        .bind("authority", authority)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** How many roles {@code authority} has. */
  public int count(UUID authority) {
    return handle
        .createQuery("select count(*) from certificate_role where authority_id = :authority")
        .bind("authority", authority)
        .mapTo(Integer.class)
        .one();
  }

  /** Writes {@code role}, new or in place of what it was. */
  public void put(CertificateRole role) {
    delete(role.authority(), role.name());
    Stamps.bind(
            handle.createUpdate(
                "insert into certificate_role (authority_id, name, document, "
                    + Stamps.COLUMNS
                    + ") values (:authority, :name, :document, "
                    + Stamps.VALUES
                    + ")"),
            role.stamp())
        .bind("authority", role.authority())
        .bind("name", role.name())
        .bind("document", JsonText.of(role.draft().document()))
        .execute();
  }

  /** Removes the role {@code name} of {@code authority}. */
  public void delete(UUID authority, String name) {
    handle
        .createUpdate("delete from certificate_role where authority_id = :authority and name = :n")
        .bind("authority", authority)
        .bind("n", name)
        .execute();
  }

  /** Read as it was, by the reader that checked it when it came: what is stored is checked too. */
  private static CertificateRole read(ResultSet row) throws SQLException {
    return new CertificateRole(
        row.getObject("authority_id", UUID.class),
        CertificateRoleDraft.read(
            row.getString("name"), JsonText.document(row.getString("document"))),
        Stamps.read(row));
  }
}
