package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.TargetGrant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The one place where a name or value becomes part of a statement of PostgreSQL: those that define
 * roles take no parameters. Stateless.
 */
final class PostgreSqlText {
  private static final int IDENTIFIER_BYTES_MAX = 63;

  private PostgreSqlText() {}

  /**
   * {@code name} as a quoted identifier (PostgreSQL manual, section 4.1.1): nothing in it ends it.
   *
   * @throws TargetException when it cannot be one: PostgreSQL would cut it, or refuse it
   */
  static String identifier(String name) throws TargetException {
    if (name.isEmpty()
        || name.indexOf('\0') >= 0
        || name.getBytes(UTF_8).length > IDENTIFIER_BYTES_MAX) {
      throw new TargetException(
          TargetException.Kind.REFUSED, "a name is not 1 to 63 bytes without a zero character");
    }
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * {@code text}, without a backslash, as a string constant (section 4.1.2.1), whatever
   * standard_conforming_strings says.
   *
   * @throws TargetException when it holds a backslash or a zero character
   */
  static String literal(String text) throws TargetException {
    if (text.indexOf('\\') >= 0 || text.indexOf('\0') >= 0) {
      throw new TargetException(TargetException.Kind.REFUSED, "a value holds a backslash");
    }
    return '\'' + text.replace("'", "''") + '\'';
  }

  /** That a grant is about what PostgreSQL does not have. */
  static TargetException foreign() {
    return new TargetException(
        TargetException.Kind.REFUSED, "a grant of the role is not one for PostgreSQL");
  }

  /** The statements that give {@code user} in {@code database} what {@code grants} say. */
  static List<String> grants(String user, String database, List<TargetGrant> grants)
      throws TargetException {
    String to = " to " + identifier(user);
    List<String> statements = new ArrayList<>();
    statements.add("grant connect on database " + identifier(database) + to);
    for (TargetGrant grant : grants) {
      String schema = identifier(grant.schema());
      String privileges =
          grant.privileges().stream()
              .map(TargetGrant.Privilege::sql)
              .collect(Collectors.joining(", "));
      if (grant.on() != TargetGrant.Kind.SCHEMA) {
        statements.add("grant usage on schema " + schema + to);
      }
      statements.add("grant " + privileges + " on " + objects(grant, schema) + to);
    }
    return statements;
  }

  private static String objects(TargetGrant grant, String schema) throws TargetException {
    String one =
        switch (grant.on()) {
          case SCHEMA -> "schema ";
          case TABLES -> "table ";
          case SEQUENCES -> "sequence ";
          case KEYS, CHANNELS, RESOURCES, PREFIXES -> throw foreign();
        };
    if (grant.on() == TargetGrant.Kind.SCHEMA) {
      return one + schema;
    }
    if (grant.names().isEmpty()) {
      return "all " + one.strip() + "s in schema " + schema;
    }
    List<String> names = new ArrayList<>();
    for (String name : grant.names()) {
      names.add(schema + "." + identifier(name));
    }
    return one + String.join(", ", names);
  }
}
