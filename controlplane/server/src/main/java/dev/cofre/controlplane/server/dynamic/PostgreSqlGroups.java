package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.TargetGrant;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Roles without a login that hold what credentials may do, once for all credentials that may do the
 * same: PostgreSQL keeps who may use a table in one row, which has no room for each credential. Not
 * thread-safe; all of it runs in a transaction of the caller's, alone in the database.
 *
 * <p>A group's name is a digest of what it gives, the objects by their numbers. So a group never
 * gets more: other grants, or a table more in a schema of which all are granted, are another group,
 * and the credentials that are there keep theirs. It goes with its last member. When one is full
 * there is another one, with a number in its digest, that gives the same.
 *
 * <p>A member has the group's rights and cannot act as it. It can write default privileges in its
 * name, which mean nothing, as it makes nothing; those in this database go with the group, those in
 * another one keep it there.
 *
 * <p>Only from {@value #VERSION_LEAST} on, where a member can be kept from acting as the group:
 * before, what it makes as the group would stay behind, in the hands of all others.
 */
final class PostgreSqlGroups {
  /** Before this version each credential has grants of its own. */
  static final int VERSION_LEAST = 16;

  /** What names of groups begin with; no credential's and no rotated user's does. */
  static final String PREFIX = "cofre-grants-";

  /** All members are looked at each time that one is added. */
  private static final int MEMBERS_MAX = 1_000;

  /** The most groups that give the same, less one. */
  private static final int NUMBER_MAX = 1_023;

  private static final System.Logger LOG = System.getLogger(PostgreSqlGroups.class.getName());
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int DIGEST_CHARACTERS = 32;

  private static final String DATABASE = "select oid::text from pg_database where datname = ?";
  private static final String SCHEMA = "select oid::text from pg_namespace where nspname = ?";
  private static final String RELATIONS =
      "select c.oid::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
          + " where n.nspname = ? and ";

  /** What somebody may give back; a member's entry here owns nothing, and goes with the group. */
  private static final String OWNED =
      " from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o'"
          + " and d.classid <> 'pg_default_acl'::regclass and d.refobjid = ";

  /**
   * Of what is no group as it was made: it may do more, owns something, or is somebody else's, who
   * can give it on. Who made a role keeps the admin option, so a role that was put there under this
   * name is found by that; only the root user's own is in order.
   */
  private static final String MORE =
      "select count(*) from pg_roles r where r.rolname = ? and (r.rolsuper or r.rolcanlogin"
          + " or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls"
          + " or exists (select from pg_auth_members m where m.member = r.oid)"
          + " or exists (select"
          + OWNED
          + "r.oid)"
          + " or exists (select from pg_auth_members m join pg_roles u on u.oid = m.member"
          + " where m.roleid = r.oid and u.rolname <> current_user"
          + " and (m.admin_option or m.set_option or u.rolname !~ '^"
          + UserNames.FORM
          + "$'))"
          + " or not exists (select from pg_roles u where u.rolname = current_user and (u.rolsuper"
          + " or exists (select from pg_auth_members m"
          + " where m.roleid = r.oid and m.member = u.oid and m.admin_option))))";

  /** The groups of the member whose number follows. */
  static final String OF_MEMBER =
      "select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid"
          + " where g.rolname ~ '^"
          + PREFIX
          + "[a-z2-7]{32}$' and m.member = ";

  private static final String OF_USER = OF_MEMBER + "(select oid from pg_roles where rolname = ?)";

  private static final String IS_USED =
      "select case when exists (select from pg_auth_members m join pg_roles g on g.oid = m.roleid"
          + " where g.rolname = ? and m.member <> (select oid from pg_roles"
          + " where rolname = current_user)) then 1 else 0 end";

  private static final String MEMBERS =
      "select count(*) from (select from pg_auth_members m join pg_roles g on g.oid = m.roleid"
          + " where g.rolname = ? and m.member <> (select oid from pg_roles"
          + " where rolname = current_user) limit "
          + MEMBERS_MAX
          + ") first";

  private static final String OWNS =
      "select count(*)" + OWNED + "(select oid from pg_roles where rolname = ?)";

  private final PostgreSqlStatements sql;
  private final Target target;

  PostgreSqlGroups(PostgreSqlStatements sql, Target target) {
    this.sql = sql;
    this.target = target;
  }

  /** Whether the server is one where credentials get their rights by groups. */
  boolean areUsed() throws SQLException {
    return sql.version() >= VERSION_LEAST;
  }

  /**
   * What a grant is about there, by number.
   *
   * @param schemas its schema, if it is there
   * @param objects what the privileges are on
   */
  private record Found(TargetGrant grant, List<String> schemas, List<String> objects) {}

  /**
   * The group of {@code grants}, which is made when it is not there.
   *
   * @throws TargetException of kind {@code REFUSED} when what has its name is not what it was
   */
  String of(List<TargetGrant> grants) throws SQLException, TargetException {
    List<String> database = sql.texts(DATABASE, target.database());
    List<Found> found = new ArrayList<>();
    for (TargetGrant grant : grants) {
      List<String> schemas = sql.texts(SCHEMA, grant.schema());
      found.add(
          new Found(
              grant, schemas, grant.on() == TargetGrant.Kind.SCHEMA ? schemas : relations(grant)));
    }
    String name = withRoom(facts(database, grants, found));
    boolean isThere = sql.count("select count(*) from pg_roles where rolname = ?", name) > 0;
    if (!isThere) {
      sql.execute("create role " + identifier(name) + " nologin");
    } else if (sql.count(MORE, name) > 0) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "the target cannot be used: its role " + name + " is not as the vault has made it");
    }
    if (!isThere || !isWhole(name, found)) {
      sql.all(PostgreSqlText.grants(name, target.database(), grants), true);
    }
    return name;
  }

  /** What makes {@code user}, which is there, a member of {@code group} that cannot act as it. */
  static String membership(String group, String user) throws TargetException {
    return "grant "
        + identifier(group)
        + " to "
        + identifier(user)
        + " with admin false, inherit true, set false";
  }

  /** The grant's relations that are there. */
  private List<String> relations(TargetGrant grant) throws SQLException {
    if (!grant.names().isEmpty()) {
      return sql.textsAmong(
          RELATIONS + "c.relname = any(?) order by c.oid", grant.schema(), grant.names());
    }
    String kinds = grant.on() == TargetGrant.Kind.SEQUENCES ? "('S')" : "('r', 'v', 'm', 'f', 'p')";
    return sql.texts(RELATIONS + "c.relkind in " + kinds + " order by c.oid", grant.schema());
  }

  private List<String> facts(List<String> database, List<TargetGrant> grants, List<Found> found)
      throws TargetException {
    List<String> facts = new ArrayList<>(List.of(target.user()));
    facts.addAll(database);
    facts.addAll(PostgreSqlText.grants(PREFIX, target.database(), grants));
    for (Found one : found) {
      facts.add(String.join(" ", one.schemas) + "; " + String.join(" ", one.objects));
    }
    return facts;
  }

  /**
   * The group of {@code facts} that has room: a full one whose next one is not full is sought by
   * halves, so they fill one after the other, and what is asked grows with the logarithm of their
   * number.
   */
  private String withRoom(List<String> facts) throws SQLException, TargetException {
    int full = -1;
    int free = 0;
    while (isFull(name(facts, free))) {
      full = free;
      free = 2 * free + 1;
      if (free > NUMBER_MAX) {
        throw new TargetException(
            TargetException.Kind.REFUSED, "the target cannot be used: its groups are full");
      }
    }
    while (free - full > 1) {
      int middle = (full + free) >>> 1;
      if (isFull(name(facts, middle))) {
        full = middle;
      } else {
        free = middle;
      }
    }
    return name(facts, free);
  }

  private boolean isFull(String group) throws SQLException {
    return sql.count(MEMBERS, group) >= MEMBERS_MAX;
  }

  /** Of a form that needs quoting nowhere; two lists of grants have the same by no accident. */
  private static String name(List<String> facts, int number) {
    List<String> all = new ArrayList<>(facts);
    if (number > 0) {
      all.add(Integer.toString(number));
    }
    byte[] digest = digest(all);
    StringBuilder name = new StringBuilder(PREFIX);
    for (int i = 0; i < DIGEST_CHARACTERS; i++) {
      name.append(BASE32.charAt(digest[i] & 31));
    }
    return name.toString();
  }

  /** 160 bits of it count. */
  private static byte[] digest(List<String> facts) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (String fact : facts) {
        byte[] bytes = fact.getBytes(UTF_8);
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        sha256.update(bytes);
      }
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK has SHA-256", e);
    }
  }

  /** Whether nobody took something from it by hand, which credentials would lack. */
  private boolean isWhole(String name, List<Found> all) throws SQLException, TargetException {
    List<String> checks = new ArrayList<>();
    checks.add("has_database_privilege('" + name + "', current_database(), 'CONNECT')");
    for (Found one : all) {
      if (one.grant.on() != TargetGrant.Kind.SCHEMA) {
        checks.add(has("schema", name, one.schemas, "USAGE"));
      }
      String kind =
          switch (one.grant.on()) {
            case SCHEMA -> "schema";
            case TABLES -> "table";
            case SEQUENCES -> "sequence";
            case KEYS, CHANNELS, RESOURCES, PREFIXES -> throw PostgreSqlText.foreign();
          };
      for (TargetGrant.Privilege privilege : one.grant.privileges()) {
        checks.add(has(kind, name, one.objects, privilege.name()));
      }
    }
    return sql.count("select case when " + String.join(" and ", checks) + " then 1 else 0 end") > 0;
  }

  /** Made of names of ours, of numbers and of words of SQL alone. */
  private static String has(String kind, String name, List<String> objects, String privilege) {
    return "not exists (select from unnest('{"
        + String.join(",", objects)
        + "}'::oid[]) o where not has_"
        + kind
        + "_privilege('"
        + name
        + "', o, '"
        + privilege
        + "'))";
  }

  /** The groups that {@code user} is in. */
  List<String> ofUser(String user) throws SQLException {
    return sql.texts(OF_USER, user);
  }

  /** Removes {@code group} if it has no member; what stands in the way of that is told. */
  void removeUnused(String group) throws SQLException, TargetException {
    if (sql.count(IS_USED, group) > 0) {
      return;
    }
    sql.ifPossible(
        () -> {
          String role = identifier(group);
          // It waits for who makes a member now, and has others wait: to the end of this work.
          sql.execute("grant " + role + " to current_user with inherit true, set true");
          if (sql.count(IS_USED, group) > 0) {
            return false;
          }
          if (sql.count(OWNS, group) > 0) {
            LOG.log(
                Level.WARNING, "the role {0} of a target owns something, and is left there", group);
            return false;
          }
          sql.execute("drop owned by " + role);
          sql.execute("drop role " + role);
          return true;
        },
        "the role " + group + " of a target has no members, and cannot be removed");
  }
}
