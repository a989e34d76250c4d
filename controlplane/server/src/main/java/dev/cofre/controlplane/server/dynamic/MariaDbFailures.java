package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.server.dynamic.TargetException.Kind;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Set;

/**
 * What a failure of a MariaDB, or of its driver, means; without the server's words, which may name
 * what is not to be told. Stateless.
 */
final class MariaDbFailures {
  /** Wrong password, none given, an account that is locked. */
  private static final Set<Integer> LOGIN = Set.of(1045, 1698, 4151);

  /** The account's own limits of connections. */
  private static final Set<Integer> FULL = Set.of(1203, 1226);

  /** The server wants a login of another kind; the driver's own number. */
  private static final int OTHER_METHOD = 1251;

  private static final Set<Integer> EXPIRED = Set.of(1820, 1862);

  /** Rights that are missing on a database, a table, a routine, or in the whole. */
  private static final Set<Integer> DENIED = Set.of(1044, 1142, 1143, 1227, 1370, 1410);

  /** An option of the server stands against it. */
  private static final int OPTION = 1290;

  /**
   * Locks not had, a deadlock, a limit of time, a statement or connection that was ended, no
   * connection left, a shutdown, a node of a cluster that is not ready.
   */
  private static final Set<Integer> LATER =
      Set.of(1205, 1213, 1969, 1317, 1927, 1040, 1053, 1047, 1158, 1159, 1160, 1161, 3024);

  /** Of a certificate that is another's. */
  private static final String HOST_NAME = "SSL hostname verification failed";

  private MariaDbFailures() {}

  /** {@code e} in {@code what}. */
  static TargetException of(String what, SQLException e) {
    int code = e.getErrorCode();
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    if (LOGIN.contains(code)) {
      return new TargetException(Kind.LOGIN, "the target does not take the root user's password");
    }
    if (isOfCertificate(e)) {
      return refused(
          "the target's certificate is of another name, or nobody that is trusted vouches for it");
    }
    if (code == OTHER_METHOD) {
      return refused(
          "the target does not ask for "
              + MariaDbPassword.METHOD
              + ", and gets no password in any other way");
    }
    if (EXPIRED.contains(code)) {
      return refused("the password has expired in the target");
    }
    if (DENIED.contains(code)) {
      return refused(
          "the target lets the root user not do this ("
              + what
              + ", error "
              + code
              + "): it lacks a right, or the grant option for what the role says");
    }
    if (code == OPTION) {
      return refused(
          "an option of the target stands against "
              + what
              + " (error 1290): is it read_only, or does strict_password_validation keep hashes"
              + " out?");
    }
    boolean isAway =
        LATER.contains(code)
            || state.isEmpty()
            || state.startsWith("08")
            || state.equals(JdbcStatements.CANCELED);
    return isAway
        ? new TargetException(
            Kind.AWAY,
            "the target cannot be reached or is busy ("
                + what
                + (code > 0 ? ", error " + code + ")" : ")"))
        : refused("the target refused " + what + " with error " + code);
  }

  /** Whether the account that logs in has as many connections as it may. */
  static boolean isFull(SQLException e) {
    return FULL.contains(e.getErrorCode());
  }

  private static boolean isOfCertificate(SQLException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof CertificateException) {
        return true;
      }
      // The driver's own words, in which the certificate's names follow.
      if (at.getMessage() != null && at.getMessage().contains(HOST_NAME)) {
        return true;
      }
    }
    return false;
  }

  private static TargetException refused(String why) {
    return new TargetException(Kind.REFUSED, why);
  }
}
