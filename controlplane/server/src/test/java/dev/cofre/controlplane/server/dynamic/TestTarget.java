package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.EngineKind;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A real database server that asks for passwords, which a test can stop and start again. It has a
 * root user of the vault's, an engine's database {@code shop}, and in {@code sales} (a schema, or a
 * database of its own) the tables {@code orders} and {@code secret}.
 */
public interface TestTarget extends AutoCloseable {
  /** Who makes credentials there. */
  String ROOT = "vault_root";

  /** The root user's password that a person knows. */
  String ROOT_PASSWORD = "known-to-a-person";

  /** The engine's database. */
  String DATABASE = "shop";

  /** Where it is, for the root user. */
  Target target();

  /** Logs in as {@code user} by the driver itself. */
  Connection login(String user, String password) throws SQLException;

  /** The users that the vault made. */
  List<String> users() throws SQLException;

  /** The first column of what an administrator is answered to {@code sql}. */
  List<String> texts(String sql) throws SQLException;

  /** Runs {@code statements} as an administrator. */
  void administer(String... statements) throws SQLException;

  /** Everything that it was asked, as its log has it. */
  String statementLog() throws IOException;

  /** Starts it again, with what it held. */
  void start() throws IOException;

  /** Takes it away. */
  void stop() throws IOException;

  @Override
  void close() throws IOException;

  /** The kind of system. */
  default EngineKind kind() {
    return target().kind();
  }

  /** Its port. */
  default int port() {
    return target().port();
  }

  /** Whether {@code user} can log in. */
  default boolean takes(String user, String password) {
    try {
      login(user, password).close();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }
}
