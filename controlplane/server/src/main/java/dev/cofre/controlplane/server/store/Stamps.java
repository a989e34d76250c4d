package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Stamp;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.statement.SqlStatement;

/** The columns that every object has: who and when. */
final class Stamps {
  static final String COLUMNS = "created_at, created_by, updated_at, updated_by, revision";
  static final String VALUES = ":createdAt, :createdBy, :updatedAt, :updatedBy, :revision";

  private Stamps() {}

  static Stamp read(ResultSet row) throws SQLException {
    return new Stamp(
        Times.read(row, "created_at"),
        row.getString("created_by"),
        Times.read(row, "updated_at"),
        row.getString("updated_by"),
        row.getLong("revision"));
  }

  static <T extends SqlStatement<T>> T bind(T statement, Stamp stamp) {
    return statement
        .bind("createdAt", Times.column(stamp.createdAt()))
        .bind("createdBy", stamp.createdBy())
        .bind("updatedAt", Times.column(stamp.updatedAt()))
        .bind("updatedBy", stamp.updatedBy())
        .bind("revision", stamp.revision());
  }
}
