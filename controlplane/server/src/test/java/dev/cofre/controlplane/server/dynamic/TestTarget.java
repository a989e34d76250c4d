package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.EngineKind;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * One that is asked by SQL. It has an engine's database {@code shop}, and in {@code sales} (a
 * schema, or a database of its own) the tables {@code orders} and {@code secret}.
 */
public interface TestTarget extends LeasedSystem {
  /** The engine's database. */
  String DATABASE = "shop";

  /** Where it is, for the root user. */
  Target target();

  /** Logs in as {@code user} by the driver itself. */
  Connection login(String user, String password) throws SQLException;

  @Override
  List<String> users() throws SQLException;

  /** The first column of what an administrator is answered to {@code sql}. */
  List<String> texts(String sql) throws SQLException;

  /** Runs {@code statements} as an administrator. */
  void administer(String... statements) throws SQLException;

  /** Everything that it was asked, as its log has it. */
  String statementLog() throws IOException;

  @Override
  default EngineKind kind() {
    return target().kind();
  }

  @Override
  default int port() {
    return target().port();
  }

  @Override
  default boolean takes(String user, String password) {
    try {
      login(user, password).close();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }
}
