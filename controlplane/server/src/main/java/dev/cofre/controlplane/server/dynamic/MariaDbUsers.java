package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.MariaDbText.identifiedBy;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.TargetGrant;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** How users of a MariaDB are made, those that end and those that stay. Not thread-safe. */
final class MariaDbUsers {
  private static final String DATABASE =
      "select count(*) from information_schema.schemata where binary schema_name = ?";

  private final MariaDbStatements sql;
  private final Target target;
  private final RandomSource random;

  MariaDbUsers(MariaDbStatements sql, Target target, RandomSource random) {
    this.sql = sql;
    this.target = target;
    this.random = random;
  }

  /**
   * What makes {@code account}. It logs in by TLS alone where the vault does: who sees both the
   * hash and a login that was not encrypted can log in.
   */
  String making(String account, String hash) throws TargetException {
    return "create user " + account + identifiedBy(hash) + (target.tls() ? " require ssl" : "");
  }

  /**
   * What gives {@code account} what {@code grants} say.
   *
   * @throws TargetException when one is about a database that is not there: the server would take
   *     it, and it would wait for one
   */
  List<String> giving(String account, List<TargetGrant> grants)
      throws SQLException, TargetException {
    List<String> statements = MariaDbText.grants(account, grants);
    for (TargetGrant grant : grants) {
      if (sql.count(DATABASE, grant.schema()) == 0) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target has no database that a grant names, or its root user does not see it");
      }
    }
    return statements;
  }

  /** The hash of a password that nobody knows. */
  String unknown() {
    char[] password = UserNames.password(random);
    try {
      return NativePasswordHash.of(password);
    } finally {
      Arrays.fill(password, '\0');
    }
  }
}
