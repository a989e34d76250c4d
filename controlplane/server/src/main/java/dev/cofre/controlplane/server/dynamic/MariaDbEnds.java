package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.MariaDbText.account;
import static dev.cofre.controlplane.server.dynamic.MariaDbText.identifier;

import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * When the system itself lets a credential log in no more: MariaDB has no {@code VALID UNTIL}, so
 * an event of the engine's database, one for each credential and of its name, locks the user then.
 * Not thread-safe.
 *
 * <p>Where the server runs no events ({@code event_scheduler}), or the root user may make none in
 * that database, the vault alone ends credentials.
 */
final class MariaDbEnds {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  /** By the server's clock, by which the event comes. */
  private static final String IS_AHEAD = "select cast(? as datetime) > utc_timestamp()";

  /** Whether events run, and the root user may make some in the engine's database. */
  private static final String RUNS_EVENTS =
      "select @@global.event_scheduler = 'ON' and exists (select 1 from"
          + " (select grantee from information_schema.user_privileges"
          + " where privilege_type = 'EVENT' union all"
          + " select grantee from information_schema.schema_privileges"
          + " where privilege_type = 'EVENT' and ? like table_schema) its"
          + " where grantee = concat('\\'', "
          + MariaDbText.WHO
          + ", '\\'@\\'',"
          + " substring_index(current_user(), '@', -1), '\\''))";

  private static final String IS_THERE =
      "select count(*) from mysql.event where db = ? and name = ?";

  private static final String HAS_COME = IS_THERE + " and status <> 'ENABLED'";

  private final MariaDbStatements sql;
  private final Target target;
  private Boolean runs;

  MariaDbEnds(MariaDbStatements sql, Target target) {
    this.sql = sql;
    this.target = target;
  }

  /** Has the system lock {@code user} at {@code end}; whether that is still to come. */
  boolean at(String user, Instant end) throws SQLException, TargetException {
    // A part of a second is given to the credential: its lease ends it.
    String time = TIME.format(end.plusNanos(999_999_999));
    boolean ahead = sql.count(IS_AHEAD, time) == 1;
    if (!areUsed()) {
      forget(user);
    } else if (ahead || !isThere(user)) {
      // One in the past is disabled from its making on, as one that has come is.
      sql.execute(
          "create or replace event "
              + event(user)
              + " on schedule at '"
              + time
              + "' on completion preserve do alter user "
              + account(user)
              + " account lock");
    }
    return ahead;
  }

  /** Whether the system ends credentials, as asked once of a login. */
  boolean areUsed() throws SQLException {
    if (runs == null) {
      runs = sql.count(RUNS_EVENTS, target.database()) == 1;
    }
    return runs;
  }

  /** Whether the end that the system keeps of {@code user} has come: its event stays to tell so. */
  boolean hasCome(String user) throws SQLException {
    return sql.count(HAS_COME, target.database(), user) > 0;
  }

  private boolean isThere(String user) throws SQLException {
    return sql.count(IS_THERE, target.database(), user) > 0;
  }

  /** Forgets the end of {@code user}, which is about to go. */
  void forget(String user) throws SQLException, TargetException {
    if (isThere(user)) {
      sql.execute("drop event if exists " + event(user));
    }
  }

  private String event(String user) throws TargetException {
    return identifier(target.database()) + '.' + identifier(user);
  }
}
