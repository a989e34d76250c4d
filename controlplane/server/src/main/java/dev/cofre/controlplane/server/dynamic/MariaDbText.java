package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.TargetGrant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The one place where a name or value becomes part of a statement of MariaDB: those about users
 * take no parameters. Names stand in backticks, in which neither a backslash nor a sql_mode means
 * anything. Stateless.
 */
final class MariaDbText {
  /** From where the users that the vault makes log in: from everywhere. */
  static final String ANYWHERE = "%";

  /** Who the server takes a login for, in whose name, not in its host, an {@code @} may be. */
  static final String WHO =
      "left(current_user(), char_length(current_user()) - locate('@', reverse(current_user())))";

  private static final int OBJECT_MAX = 64;
  private static final int USER_MAX = 80;
  private static final Pattern HASH = Pattern.compile("\\*[0-9A-F]{40}");

  /** What stands here gives rights on the server itself, or tells of others. */
  private static final Set<String> SYSTEM =
      Set.of("mysql", "sys", "information_schema", "performance_schema");

  private MariaDbText() {}

  /**
   * {@code name} of a database, table or the like as a quoted identifier (MariaDB, "Identifier
   * names"): nothing in it ends it.
   *
   * @throws TargetException when it cannot be one
   */
  static String identifier(String name) throws TargetException {
    return quoted(name, OBJECT_MAX);
  }

  private static String quoted(String name, int lengthMax) throws TargetException {
    boolean outside = name.chars().anyMatch(one -> one == 0 || Character.isSurrogate((char) one));
    if (name.isEmpty() || name.length() > lengthMax || name.endsWith(" ") || outside) {
      throw refused(
          "a name is not 1 to "
              + lengthMax
              + " characters of Unicode's first plane, without a zero character and without a"
              + " space at its end");
    }
    return '`' + name.replace("`", "``") + '`';
  }

  /** A name of a user or role. */
  static String userName(String name) throws TargetException {
    return quoted(name, USER_MAX);
  }

  /** A user that logs in from {@code host}, a pattern. */
  static String account(String name, String host) throws TargetException {
    return userName(name) + '@' + quoted(host, USER_MAX * 3);
  }

  /** A user that the vault makes. */
  static String account(String name) throws TargetException {
    return account(name, ANYWHERE);
  }

  /**
   * {@code database} and nothing else as the pattern that a grant on a whole database takes: there,
   * and nowhere else, {@code _} and {@code %} mean any character and any text, unless a backslash
   * stands before them.
   */
  static String exactly(String database) throws TargetException {
    identifier(database);
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < database.length(); i++) {
      char one = database.charAt(i);
      if (one == '_' || one == '%' || one == '\\') {
        pattern.append('\\');
      }
      pattern.append(one);
    }
    return '`' + pattern.toString().replace("`", "``") + '`';
  }

  /** How {@code hash} checks the password of a user. */
  static String identifiedBy(String hash) throws TargetException {
    if (!HASH.matcher(hash).matches()) {
      throw refused("a hash is not one");
    }
    return " identified via " + MariaDbPassword.METHOD + " using '" + hash + '\'';
  }

  /**
   * The statements that give {@code account} what {@code grants} say.
   *
   * @throws TargetException when one is about the system's own databases
   */
  static List<String> grants(String account, List<TargetGrant> grants) throws TargetException {
    List<String> statements = new ArrayList<>();
    for (TargetGrant grant : grants) {
      if (SYSTEM.contains(grant.schema().toLowerCase(Locale.ROOT))) {
        throw refused("a grant is on one of the system's own databases");
      }
      String give =
          "grant "
              + grant.privileges().stream()
                  .map(TargetGrant.Privilege::sql)
                  .collect(Collectors.joining(", "))
              + " on ";
      String to = " to " + account;
      if (grant.names().isEmpty()) {
        statements.add(give + exactly(grant.schema()) + ".*" + to);
      }
      for (String name : grant.names()) {
        statements.add(give + identifier(grant.schema()) + '.' + identifier(name) + to);
      }
    }
    return statements;
  }

  private static TargetException refused(String why) {
    return new TargetException(TargetException.Kind.REFUSED, why);
  }
}
