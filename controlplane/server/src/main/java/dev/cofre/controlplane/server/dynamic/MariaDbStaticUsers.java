package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.MariaDbText.account;
import static dev.cofre.controlplane.server.dynamic.MariaDbText.identifiedBy;
import static dev.cofre.controlplane.server.dynamic.MariaDbText.userName;

import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Users of a MariaDB that stay, and whose passwords are changed. Not thread-safe; what changes them
 * runs under the user's lock.
 *
 * <p>Who they belong to: beside each that the vault made there is a role without rights, which
 * names the secret and the user and which it is in; any other one must have been given to the root
 * user by {@code GRANT PROXY}, by name. So a name that was mistyped, or chosen to take somebody's
 * account, is refused.
 *
 * <p>The role is there before the user, which is made locked and expired; the user is in the role
 * when it has all its grants; only then it gets a password that is known, and may log in. So what a
 * kill leaves is known again, and made whole; an account that is not so is none that was left half
 * made, though the role outlives its user.
 */
final class MariaDbStaticUsers {
  private static final System.Logger LOG = System.getLogger(MariaDbStaticUsers.class.getName());

  /** What names of roles begin with that say whose a user is; no user's does. */
  static final String PREFIX = "cofre-user-";

  private static final int DIGEST_DIGITS = 16;
  private static final Set<String> SYSTEM = Set.of("root", "mariadb.sys", "mysql", "PUBLIC");

  /** How one is made; the last step takes both back. */
  private static final String HALF = " account lock password expire";

  private static final int ACCOUNT_COLUMNS = 6;
  private static final String ACCOUNTS =
      "select Host, ifnull(json_value(Priv, '$.is_role'), 0) <> 0,"
          + " ifnull(json_value(Priv, '$.account_locked'), 0) <> 0,"
          + " ifnull(json_value(Priv, '$.plugin'), ''), json_exists(Priv, '$.auth_or'),"
          + " ifnull(json_value(Priv, '$.account_locked'), 0) <> 0"
          + " and ifnull(json_value(Priv, '$.password_last_changed'), 1) = 0"
          + " from mysql.global_priv where User = ?";

  /** The root user has been the administrator of such a role since it made it. */
  private static final String IS_MARK =
      "select count(*) from mysql.roles_mapping where Role = ? and Admin_option = 'Y'"
          + " and concat(User, '@', Host) = current_user()";

  private static final String IS_IN =
      "select count(*) from mysql.roles_mapping where User = ? and Host = ? and Role like ?";

  /** Rights on all, or on the system's own tables, of the user and of the roles that it is in. */
  private static final String ADMINISTERS =
      "with recursive its (User, Host) as (select User, Host from mysql.global_priv"
          + " where User = ? and Host = ? union select m.Role, '' from mysql.roles_mapping m"
          + " join its i on i.User = m.User and i.Host = m.Host)"
          + " select (select count(*) from mysql.global_priv g"
          + " join its i on i.User = g.User and i.Host = g.Host"
          + " where ifnull(json_value(g.Priv, '$.access'), 0) <> 0)"
          + " + (select count(*) from mysql.db d join its i on i.User = d.User"
          + " and i.Host = d.Host where 'mysql' like d.Db)"
          + " + (select count(*) from mysql.tables_priv t join its i on i.User = t.User"
          + " and i.Host = t.Host where t.Db = 'mysql')";

  private static final String IS_GIVEN =
      "select count(*) from mysql.proxies_priv where Proxied_user = ? and Proxied_host = ?"
          + " and concat(User, '@', Host) = current_user()";

  private final MariaDbUsers users;
  private final MariaDbStatements sql;
  private final Target target;

  MariaDbStaticUsers(MariaDbUsers users, MariaDbStatements sql, Target target) {
    this.users = users;
    this.sql = sql;
    this.target = target;
  }

  /**
   * A user as it was found.
   *
   * @param host from where it logs in
   * @param isThere whether there is one
   * @param isWhole whether it needs nothing but a password
   */
  record Found(String host, boolean isThere, boolean isWhole) {}

  /** One account of the name. */
  private record Account(
      String host, boolean role, boolean locked, String plugin, boolean more, boolean half) {
    private static Account of(List<String> row) {
      return new Account(
          row.get(0), is(row.get(1)), is(row.get(2)), row.get(3), is(row.get(4)), is(row.get(5)));
    }

    private static boolean is(String flag) {
      return flag.equals("1");
    }
  }

  /** The user, which is there and may be changed, or is to be made. */
  Found require(StaticUser user) throws SQLException, TargetException {
    String name = user.name();
    userName(name);
    if (name.equals(target.user())
        || SYSTEM.contains(name)
        || name.startsWith("cofre-")
        || UserNames.isOurs(name)) {
      throw refused(name, "is the vault's or the system's own");
    }
    List<Account> accounts =
        sql.rows(ACCOUNTS, ACCOUNT_COLUMNS, name).stream().map(Account::of).toList();
    if (accounts.isEmpty()) {
      if (!user.create()) {
        throw refused(name, "is not there");
      }
      return new Found(MariaDbText.ANYWHERE, false, false);
    }
    if (accounts.size() > 1 || accounts.getFirst().role) {
      throw refused(name, "is a role, or has several accounts: one password would stay as it is");
    }
    Account account = accounts.getFirst();
    boolean isOurs = sql.count(IS_MARK, mark(user)) > 0;
    if (isOurs && !account.half && isIn(account, name, mark(user))) {
      return new Found(account.host, true, true);
    }
    if (isOurs && account.half && user.create() && account.host.equals(MariaDbText.ANYWHERE)) {
      requireNoAdministrator(account, name);
      return new Found(account.host, true, false);
    }
    if (user.create() || isIn(account, name, PREFIX + '%')) {
      throw refused(name, "is there already and belongs to somebody else: name another one");
    }
    requireGiven(account, name);
    return new Found(account.host, true, true);
  }

  private boolean isIn(Account account, String name, String roles) throws SQLException {
    return sql.count(IS_IN, name, account.host, roles) > 0;
  }

  private void requireGiven(Account account, String name) throws SQLException, TargetException {
    requireNoAdministrator(account, name);
    if (account.locked) {
      throw refused(name, "may not log in");
    }
    if (account.more || !account.plugin.equals(MariaDbPassword.METHOD)) {
      throw refused(name, "logs in by another way than " + MariaDbPassword.METHOD);
    }
    if (sql.count(IS_GIVEN, name, account.host) == 0) {
      throw refused(
          name,
          "is not given to the root user: who owns it runs GRANT PROXY ON "
              + account(name, account.host)
              + " TO "
              + userName(target.user()));
    }
  }

  private void requireNoAdministrator(Account account, String name)
      throws SQLException, TargetException {
    if (sql.count(ADMINISTERS, name, account.host) > 0) {
      throw refused(name, "administers the system (rights ON *.* or in the database mysql)");
    }
  }

  /** See {@link DynamicEngine.Session#setPassword}, with the hash of the password. */
  void setPassword(StaticUser user, String hash, Fence fence) throws SQLException, TargetException {
    Found found = require(user);
    String account = account(user.name(), found.host);
    List<String> grants = found.isWhole ? List.of() : users.giving(account, user.grants());
    fence.requireHeld();
    if (found.isWhole) {
      sql.execute("alter user " + account + identifiedBy(hash));
      return;
    }
    String role = userName(mark(user));
    sql.execute("create role if not exists " + role);
    if (!found.isThere) {
      // When this fails somebody else may have made one: that is not ours to drop.
      sql.execute(users.making(account, users.unknown()) + HALF);
    }
    boolean whole = false;
    try {
      sql.all(grants);
      sql.execute("grant " + role + " to " + account);
      sql.execute("alter user " + account + identifiedBy(hash) + " account unlock");
      whole = true;
    } finally {
      if (!whole && !found.isThere) {
        undo(user, account);
      }
    }
  }

  private void undo(StaticUser user, String account) {
    try {
      sql.execute("drop user if exists " + account);
      sql.execute("drop role if exists " + userName(mark(user)));
    } catch (SQLException | TargetException e) {
      LOG.log(Level.DEBUG, "a half made user is made whole the next time", e);
    }
  }

  /** The name of the role that says that {@code user} was made for its secret. */
  static String mark(StaticUser user) {
    return PREFIX
        + user.of()
        + '-'
        + MariaDbStatements.digest(user.name()).substring(0, DIGEST_DIGITS);
  }

  private static TargetException refused(String name, String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the user " + name + " " + why);
  }
}
