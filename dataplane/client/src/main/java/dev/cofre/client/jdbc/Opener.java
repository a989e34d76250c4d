package dev.cofre.client.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections of a driver. Has to be thread-safe. */
@FunctionalInterface
public interface Opener {
  /**
   * Logs in. The driver wants the password as a String, which nobody can overwrite: it is made for
   * this call and kept by nobody here.
   *
   * @throws SQLException with an SQLSTATE of class 28 when the system does not take the login
   */
  Connection open(String username, String password) throws SQLException;
}
