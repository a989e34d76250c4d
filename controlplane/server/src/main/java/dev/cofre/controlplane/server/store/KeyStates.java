package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyState.Destroyed;
import dev.cofre.controlplane.domain.KeyState.DestructionScheduled;
import dev.cofre.controlplane.domain.KeyState.Name;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import org.jdbi.v3.core.statement.SqlStatement;

/** The columns of a state, which keys and versions have. */
final class KeyStates {
  /** Sets all but the state's name, which has another column for keys than for versions. */
  static final String SET =
      "destruction_asked_at = :askedAt, destruction_asked_by = :askedBy,"
          + " destroy_at = :destroyAt, state_before = :stateBefore,"
          + " destruction_begun = :destructionBegun, destroyed_at = :destroyedAt";

  private KeyStates() {}

  static <T extends SqlStatement<T>> T bind(T statement, KeyState state) {
    DestructionScheduled scheduled = state instanceof DestructionScheduled s ? s : null;
    Destroyed destroyed = state instanceof Destroyed d ? d : null;
    return statement
        .bind("state", state.name().name())
        .bindByType(
            "askedAt",
            scheduled == null ? null : Times.column(scheduled.askedAt()),
            OffsetDateTime.class)
        .bind("askedBy", scheduled == null ? null : scheduled.askedBy())
        .bindByType(
            "destroyAt",
            scheduled == null ? null : Times.column(scheduled.at()),
            OffsetDateTime.class)
        .bind("stateBefore", scheduled == null ? null : scheduled.before().name())
        .bind("destructionBegun", scheduled != null && scheduled.begun())
        .bindByType(
            "destroyedAt",
            destroyed == null ? null : Times.column(destroyed.at()),
            OffsetDateTime.class);
  }

  static KeyState read(ResultSet row, String column) throws SQLException {
    Name name = Name.valueOf(row.getString(column));
    return switch (name) {
      case PENDING_DESTRUCTION ->
          new DestructionScheduled(
              Times.read(row, "destruction_asked_at"),
              row.getString("destruction_asked_by"),
              Times.read(row, "destroy_at"),
              Name.valueOf(row.getString("state_before")),
              row.getBoolean("destruction_begun"));
      case DESTROYED -> new Destroyed(Times.read(row, "destroyed_at"));
      case PRE_ACTIVE, ACTIVE, DISABLED, DEACTIVATED, COMPROMISED -> KeyState.plain(name);
    };
  }
}
