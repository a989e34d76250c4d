package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.Stamp;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Key versions in state CREATING: written before their KEK is generated, so that a kill in between
 * leaves a trace in the table and never only in the HSM.
 *
 * <p>A version leaves that state once, for READY or for REMOVING, in a change: whoever moved it to
 * REMOVING may destroy its KEK, for nobody can make it visible any more.
 */
public final class HalfMadeTable {
  private final Handle handle;

  HalfMadeTable(Handle handle) {
    this.handle = handle;
  }

  /** Writes a key that is being made; takes its alias. */
  public void insertKey(UUID id, KeyDraft draft, Stamp stamp) {
    Stamps.bind(
            handle.createUpdate(
                "insert into kms_key (id, tenant, alias, environment, data_class, owner, purpose,"
                    + " key_usage, state, protection, current_version, expires_at, tags,"
                    + " activates_at, rotated_at, exportable, origin, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, :alias, :environment, :dataClass, :owner, :purpose,"
                    + " :usage, 'CREATING', :protection, 1, :expiresAt, :tags, :activatesAt,"
                    + " :createdAt, :exportable, :origin, "
                    + Stamps.VALUES
                    + ")"),
            stamp)
        .bind("id", id)
        .bind("tenant", draft.tenant())
        .bind("alias", draft.alias())
        .bind("environment", draft.environment().wireName())
        .bind("dataClass", draft.dataClass().wireName())
        .bind("owner", draft.owner())
        .bind("purpose", draft.purpose())
        .bind("usage", draft.usage())
        .bind("protection", draft.protection().name())
        .bind("expiresAt", Times.column(draft.expiresAt()))
        .bind("exportable", draft.exportable())
        .bind("origin", draft.origin().name())
        .bind("tags", JsonText.of(new TreeMap<>(draft.tags())))
        .bindByType(
            "activatesAt",
            draft.activatesAt().map(Times::column).orElse(null),
            OffsetDateTime.class)
        .execute();
  }

  /** Writes a version that is being made by the control plane {@code instance}. */
  public void insertVersion(UUID keyId, KeyVersion version, String instance) {
    handle
        .createUpdate(
            "insert into key_version (key_id, version_number, state, protection, kek_label,"
                + " made_by_node, created_at, created_by, origin, imported_through, exportable,"
                + " key_check_value) values (:keyId, :number, 'CREATING', :protection, :label,"
                + " :node, :createdAt, :createdBy, :origin, :through, :exportable, :checkValue)")
        .bind("keyId", keyId)
        .bind("number", version.number())
        .bind("protection", version.protection().name())
        .bind("label", version.kekLabel())
        .bind("node", instance)
        .bind("createdAt", Times.column(version.createdAt()))
        .bind("createdBy", version.createdBy())
        .bind("origin", version.material().origin().name())
        .bind("through", version.material().importedThrough().orElse(null))
        .bind("exportable", version.material().exportable())
        .bind("checkValue", version.material().checkValue().orElse(null))
        .execute();
  }

  /** Whether a version has, had or will have the material with {@code checkValue}. */
  public boolean isMaterialKnown(String checkValue) {
    return handle
            .createQuery("select count(*) from key_version where key_check_value = :checkValue")
            .bind("checkValue", checkValue)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** One more than the highest version number of the key, half-made ones counted. */
  public int nextVersion(UUID keyId) {
    return handle
            .createQuery("select max(version_number) from key_version where key_id = :keyId")
            .bind("keyId", keyId)
            .mapTo(Integer.class)
            .one()
        + 1;
  }

  /** Marks the version as made; false when it is not half-made any more. */
  public boolean finish(UUID keyId, int number) {
    return finish(keyId, number, null);
  }

  /** The same, and keeps its wrapped KEK; null when the KEK is a token object. */
  public boolean finish(UUID keyId, int number, byte[] wrappedKek) {
    return handle
            .createUpdate(
                "update key_version set state = 'READY', wrapped_kek = :wrappedKek"
                    + " where key_id = :keyId and version_number = :number and state = 'CREATING'")
            .bind("keyId", keyId)
            .bind("number", number)
            .bind("wrappedKek", wrappedKek)
            .execute()
        == 1;
  }

  /**
   * Gives the version up, so that it cannot be finished any more; false when it is not half-made,
   * and then its KEK must stay.
   */
  public boolean beginRemoval(HalfMade version) {
    return handle
            .createUpdate(
                "update key_version set state = 'REMOVING'"
                    + " where key_id = :keyId and version_number = :number"
                    + " and state in ('CREATING', 'REMOVING')")
            .bind("keyId", version.keyId())
            .bind("number", version.number())
            .execute()
        == 1;
  }

  /**
   * Forgets a version that was given up, and the key when it never was more than half-made; false
   * when the version was not given up.
   */
  public boolean remove(HalfMade version) {
    boolean removed =
        handle
                .createUpdate(
                    "delete from key_version"
                        + " where key_id = :keyId and version_number = :number"
                        + " and state = 'REMOVING'")
                .bind("keyId", version.keyId())
                .bind("number", version.number())
                .execute()
            == 1;
    if (removed) {
      handle
          .createUpdate("delete from kms_key where id = :keyId and state = 'CREATING'")
          .bind("keyId", version.keyId())
          .execute();
    }
    return removed;
  }

  /** What control planes left half-made that are dead now. */
  public List<HalfMade> leftByTheDead() {
    return handle
        .createQuery(
            "select key_id, version_number, kek_label from key_version"
                + " where state in ('CREATING', 'REMOVING')"
                + " and made_by_node not in (select instance from control_plane)")
        .map(
            (row, context) ->
                new HalfMade(row.getObject(1, UUID.class), row.getInt(2), row.getString(3)))
        .list();
  }

  /** The labels of all KEKs that are being made or removed. */
  public List<String> labels() {
    return handle
        .createQuery("select kek_label from key_version where state in ('CREATING', 'REMOVING')")
        .mapTo(String.class)
        .list();
  }

  /** Whether the version with this KEK was made: it is or was visible, and its KEK must stay. */
  public boolean isMade(String kekLabel) {
    return handle
            .createQuery(
                "select count(*) from key_version where kek_label = :label"
                    + " and state not in ('CREATING', 'REMOVING')")
            .bind("label", kekLabel)
            .mapTo(Integer.class)
            .one()
        > 0;
  }
}
