package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.DataKeyLimits;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.VersionLimits;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The rules of the data classes; one that was never written has the shipped ones. */
public final class DataClassTable {
  private static final String SHIPPED_BY = "bootstrap";

  private final Handle handle;
  private final Changes changes;
  private final Instant now;

  DataClassTable(Handle handle, Changes changes, Instant now) {
    this.handle = handle;
    this.changes = changes;
    this.now = now;
  }

  /** The rules of {@code dataClass}. */
  public DataClassRules rules(DataClass dataClass) {
    return find(dataClass)
        .orElseGet(
            () ->
                DataClassRules.shipped(now, SHIPPED_BY).stream()
                    .filter(rules -> rules.dataClass() == dataClass)
                    .findFirst()
                    .orElseThrow());
  }

  /** The rules of all classes, in the order of their strictness. */
  public List<DataClassRules> all() {
    return Arrays.stream(DataClass.values()).map(this::rules).toList();
  }

  /** Writes the shipped rules of the classes that have none, and tells the data planes. */
  public void ship() {
    DataClassRules.shipped(now, SHIPPED_BY).stream()
        .filter(rules -> find(rules.dataClass()).isEmpty())
        .forEach(this::put);
  }

  /** Writes {@code rules}, and tells the data planes. */
  public void put(DataClassRules rules) {
    int updated = bind(handle.createUpdate(UPDATE), rules).execute();
    if (updated == 0) {
      bind(handle.createUpdate(INSERT), rules).execute();
    }
    changes.dataClass(rules);
  }

  private static final String UPDATE =
      "update data_class set rotation_days = :rotationDays, lifetime_days_max = :lifetimeDaysMax,"
          + " protections = :protections, export_permitted = :export,"
          + " data_key_seconds_max = :seconds, data_key_messages_max = :messages,"
          + " data_key_bytes_max = :bytes, version_messages_max = :versionMessages,"
          + " version_bytes_max = :versionBytes, version_data_keys_max = :versionDataKeys,"
          + " destruction_wait_days = :waitDays,"
          + " warn_days = :warnDays, unused_days = :unusedDays, created_at = :createdAt,"
          + " created_by = :createdBy, updated_at = :updatedAt, updated_by = :updatedBy,"
          + " revision = :revision where name = :name";

  private static final String INSERT =
      "insert into data_class (name, rotation_days, lifetime_days_max, protections,"
          + " export_permitted, data_key_seconds_max, data_key_messages_max, data_key_bytes_max,"
          + " version_messages_max, version_bytes_max, version_data_keys_max, destruction_wait_days, warn_days, unused_days, "
          + Stamps.COLUMNS
          + ") values (:name, :rotationDays, :lifetimeDaysMax, :protections, :export, :seconds,"
          + " :messages, :bytes, :versionMessages, :versionBytes, :versionDataKeys, :waitDays, :warnDays, :unusedDays, "
          + Stamps.VALUES
          + ")";

  private static Update bind(Update statement, DataClassRules rules) {
    return Stamps.bind(statement, rules.stamp())
        .bind("name", rules.dataClass().wireName())
        .bind("rotationDays", rules.rotationDays())
        .bind("lifetimeDaysMax", rules.lifetimeDaysMax())
        .bind(
            "protections",
            rules.protections().stream()
                .map(Protection::name)
                .sorted()
                .collect(Collectors.joining(",")))
        .bind("export", rules.exportPermitted())
        .bind("seconds", rules.dataKeys().secondsMax())
        .bind("messages", rules.dataKeys().messagesMax())
        .bind("bytes", rules.dataKeys().bytesMax())
        .bind("versionMessages", rules.versions().messagesMax())
        .bind("versionBytes", rules.versions().bytesMax())
        .bind("versionDataKeys", rules.versions().dataKeysMax())
        .bind("waitDays", rules.destructionWaitDays())
        .bind("warnDays", rules.warnDays())
        .bind("unusedDays", rules.unusedDays());
  }

  private Optional<DataClassRules> find(DataClass dataClass) {
    return handle
        .createQuery("select * from data_class where name = :name")
        .bind("name", dataClass.wireName())
        .map((row, context) -> read(row))
        .findOne();
  }

  private static DataClassRules read(ResultSet row) throws SQLException {
    return new DataClassRules(
        DataClass.of(row.getString("name")),
        row.getInt("rotation_days"),
        row.getInt("lifetime_days_max"),
        Arrays.stream(row.getString("protections").split(","))
            .map(Protection::valueOf)
            .collect(Collectors.toSet()),
        row.getBoolean("export_permitted"),
        new DataKeyLimits(
            row.getLong("data_key_seconds_max"),
            row.getLong("data_key_messages_max"),
            row.getLong("data_key_bytes_max")),
        new VersionLimits(
            row.getLong("version_messages_max"),
            row.getLong("version_bytes_max"),
            row.getLong("version_data_keys_max")),
        row.getInt("destruction_wait_days"),
        row.getInt("warn_days"),
        row.getInt("unused_days"),
        Stamps.read(row));
  }
}
