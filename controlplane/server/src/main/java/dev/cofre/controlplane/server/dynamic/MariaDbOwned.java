package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.MariaDbText.identifier;

import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What has a credential's user as its definer, and so runs with its rights. Tables have no owner in
 * MariaDB: those that a credential made stay. Not thread-safe.
 *
 * <p>What is kept names a definer that is not there any more, so nobody can run it with anybody's
 * rights until somebody gives it another one. Of what runs by itself, in others' statements or at
 * its time, nothing may be left so: that is an outage of those others.
 */
final class MariaDbOwned {
  /** The most objects that are removed with one user. */
  private static final int OBJECTS_MAX = 1_000;

  private static final String LIMIT = " limit " + (OBJECTS_MAX + 1);

  /**
   * Whether it could make what has a definer: to look for views opens all that are there. What the
   * anonymous user has on databases, and PUBLIC, has everybody.
   */
  private static final String MAKES =
      "select (select count(*) from mysql.db where User in (?, '', 'PUBLIC')"
          + " and 'Y' in (Create_view_priv, Create_routine_priv, Event_priv, Trigger_priv))"
          + " + (select count(*) from mysql.tables_priv where User in (?, '', 'PUBLIC')"
          + " and (find_in_set('Create View', Table_priv) or find_in_set('Trigger', Table_priv)))"
          + " + (select count(*) from mysql.global_priv where User in (?, '', 'PUBLIC')"
          + " and ifnull(json_value(Priv, '$.access'), 0) <> 0)"
          + " + (select count(*) from mysql.roles_mapping where User in (?, '', 'PUBLIC'))";

  private static final String VIEWS =
      "select 'view', table_schema, table_name from information_schema.views where definer = ?";
  private static final String ROUTINES =
      "select type, db, name from mysql.proc where definer = ? order by type desc";
  private static final String TRIGGERS =
      "select 'trigger', trigger_schema, trigger_name from information_schema.triggers"
          + " where definer = ?";

  /** But that which the vault made, which has the root user as its definer. */
  private static final String EVENTS =
      "select 'event', db, name from mysql.event where definer = ?";

  private final MariaDbStatements sql;

  MariaDbOwned(MariaDbStatements sql) {
    this.sql = sql;
  }

  /**
   * Removes what {@code user} defined, or leaves it.
   *
   * @throws TargetException of kind {@code REFUSED} when something is to be left that cannot be
   */
  void leave(String user, OwnedObjects owned) throws SQLException, TargetException {
    if (sql.count(MAKES, user, user, user, user) == 0) {
      return;
    }
    String definer = user + '@' + MariaDbText.ANYWHERE;
    List<List<String>> running = new ArrayList<>(sql.rows(TRIGGERS + LIMIT, 3, definer));
    running.addAll(sql.rows(EVENTS + LIMIT, 3, definer));
    if (owned == OwnedObjects.DROP) {
      running.addAll(sql.rows(VIEWS + LIMIT, 3, definer));
      running.addAll(sql.rows(ROUTINES + LIMIT, 3, definer));
      drop(running);
    } else if (!running.isEmpty()) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "the target has "
              + running.size()
              + " triggers or events that run as the credential: give them another definer, or"
              + " remove them; it logs in no more");
    }
  }

  private void drop(List<List<String>> objects) throws SQLException, TargetException {
    if (objects.size() > OBJECTS_MAX) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "the credential made more than "
              + OBJECTS_MAX
              + " objects: remove them; it logs in no"
              + " more");
    }
    List<String> statements = new ArrayList<>();
    for (List<String> object : objects) {
      statements.add(
          "drop "
              + kind(object.getFirst())
              + " if exists "
              + identifier(object.get(1))
              + '.'
              + identifier(object.getLast()));
    }
    sql.all(statements);
  }

  private static String kind(String type) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "view" -> "view";
      case "trigger" -> "trigger";
      case "event" -> "event";
      case "function" -> "function";
      case "procedure" -> "procedure";
      case "package" -> "package";
      case "package body" -> "package body";
      default -> throw new IllegalStateException("a kind of object that is not known");
    };
  }
}
