package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyMaterial;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Origin;
import dev.cofre.controlplane.domain.Protection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Keys with the versions that are ready; half-made ones are not seen here. */
public final class KeyTable {
  private static final String SELECT = "select k.* from kms_key k where k.state <> 'CREATING' and ";

  private static final int FETCHED = 1_000;

  private final Handle handle;
  private final Changes changes;

  KeyTable(Handle handle, Changes changes) {
    this.handle = handle;
    this.changes = changes;
  }

  /** The key with {@code id}. */
  public Optional<KmsKey> find(UUID id) {
    return handle
        .createQuery(SELECT + "k.id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The key with {@code alias} in {@code tenant}. */
  public Optional<KmsKey> find(String tenant, String alias) {
    return handle
        .createQuery(SELECT + "k.tenant = :tenant and k.alias = :alias")
        .bind("tenant", tenant)
        .bind("alias", alias)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Whether {@code alias} is taken, be it by a key that is still being made. */
  public boolean isAliasTaken(String tenant, String alias) {
    return handle
            .createQuery("select count(*) from kms_key where tenant = :tenant and alias = :alias")
            .bind("tenant", tenant)
            .bind("alias", alias)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** The first {@code limit} keys of {@code tenant} whose alias sorts after {@code after}. */
  public List<KmsKey> page(String tenant, String after, int limit) {
    return handle
        .createQuery(
            SELECT + "k.tenant = :tenant and k.alias > :after order by k.alias limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** The labels of all KEKs that must be in the HSM, root KEKs too. */
  public List<String> kekLabels() {
    List<String> labels = new ArrayList<>(tokenKekLabels());
    labels.addAll(rootKekLabels());
    return labels;
  }

  /** The labels of the root KEKs that wrap the KEKs of versions at protection SOFTWARE. */
  public List<String> rootKekLabels() {
    return handle
        .createQuery(
            "select distinct k.tenant from key_version v join kms_key k on k.id = v.key_id"
                + " where v.wrapped_kek is not null")
        .mapTo(String.class)
        .map(KmsKey::rootKekLabel)
        .list();
  }

  /** The wrapped KEKs of the key, by version. */
  public Map<Integer, byte[]> wrappedKeks(UUID id) {
    Map<Integer, byte[]> keks = new HashMap<>();
    handle
        .createQuery(
            "select version_number, wrapped_kek from key_version"
                + " where key_id = :id and wrapped_kek is not null")
        .bind("id", id)
        .map((row, context) -> keks.put(row.getInt(1), row.getBytes(2)))
        .list();
    return keks;
  }

  /** The wrapped KEKs of all keys, by version. */
  public Map<UUID, Map<Integer, byte[]>> allWrappedKeks() {
    Map<UUID, Map<Integer, byte[]>> keks = new HashMap<>();
    handle
        .createQuery(
            "select key_id, version_number, wrapped_kek from key_version"
                + " where wrapped_kek is not null")
        .setFetchSize(FETCHED)
        .map(
            (row, context) ->
                keks.computeIfAbsent(row.getObject(1, UUID.class), id -> new HashMap<>())
                    .put(row.getInt(2), row.getBytes(3)))
        .forEach(ignored -> {});
    return keks;
  }

  private List<String> tokenKekLabels() {
    return handle
        .createQuery(
            "select kek_label from key_version where state = 'READY' and use_state <> 'DESTROYED'"
                + " and protection = 'HSM' and not destruction_begun order by kek_label")
        .mapTo(String.class)
        .list();
  }

  /** Writes what can change of {@code key}, and tells the data planes. */
  public void update(KmsKey key) {
    Update update =
        Stamps.bind(
            handle.createUpdate(
                "update kms_key set state = :state, "
                    + KeyStates.SET
                    + ", current_version = :currentVersion, rotated_at = :rotatedAt,"
                    + " owner = :owner, purpose = :purpose, expires_at = :expiresAt, tags = :tags,"
                    + " created_at = :createdAt, created_by = :createdBy,"
                    + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
                    + " where id = :id"),
            key.stamp());
    KeyStates.bind(update, key.state())
        .bind("id", key.id())
        .bind("currentVersion", key.currentVersion())
        .bind("rotatedAt", Times.column(key.current().createdAt()))
        .bind("owner", key.draft().owner())
        .bind("purpose", key.draft().purpose())
        .bind("expiresAt", Times.column(key.draft().expiresAt()))
        .bind("tags", JsonText.of(new TreeMap<>(key.draft().tags())))
        .execute();
    key.versions().forEach(version -> update(key.id(), version));
    changes.key(key);
  }

  private void update(UUID id, KeyVersion version) {
    boolean isDestroyed = version.state().name() == KeyState.Name.DESTROYED;
    KeyStates.bind(
            handle.createUpdate(
                "update key_version set use_state = :state, "
                    + KeyStates.SET
                    + (isDestroyed ? ", wrapped_kek = null" : "")
                    + " where key_id = :id and version_number = :number"),
            version.state())
        .bind("id", id)
        .bind("number", version.number())
        .execute();
  }

  /** The key in {@code row}, which has all columns of its table. */
  KmsKey read(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    KeyDraft draft =
        new KeyDraft(
            row.getString("alias"),
            row.getString("tenant"),
            Environment.of(row.getString("environment")),
            DataClass.of(row.getString("data_class")),
            row.getString("owner"),
            row.getString("purpose"),
            row.getString("key_usage"),
            Protection.valueOf(row.getString("protection")),
            Times.read(row, "expires_at"),
            JsonText.textMap(row.getString("tags")),
            row.getString("state").equals(KeyState.Name.PRE_ACTIVE.name()),
            Times.find(row, "activates_at"),
            row.getBoolean("exportable"),
            Origin.valueOf(row.getString("origin")));
    return new KmsKey(
        id,
        draft,
        KeyStates.read(row, "state"),
        row.getInt("current_version"),
        versions(id),
        Stamps.read(row));
  }

  private List<KeyVersion> versions(UUID id) {
    return handle
        .createQuery(
            "select * from key_version where key_id = :id and state = 'READY'"
                + " order by version_number")
        .bind("id", id)
        .map(
            (row, context) ->
                new KeyVersion(
                    row.getInt("version_number"),
                    KeyStates.read(row, "use_state"),
                    Protection.valueOf(row.getString("protection")),
                    row.getString("kek_label"),
                    Times.read(row, "created_at"),
                    row.getString("created_by"),
                    new KeyMaterial(
                        Origin.valueOf(row.getString("origin")),
                        Optional.ofNullable(row.getString("imported_through")),
                        row.getBoolean("exportable"),
                        Optional.ofNullable(row.getString("key_check_value")))))
        .list();
  }
}
