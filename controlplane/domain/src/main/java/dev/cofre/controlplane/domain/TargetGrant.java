package dev.cofre.controlplane.domain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One thing that a credential may do in its target, as data; never as a text that is run.
 * Immutable.
 *
 * @param schema where; in MariaDB a database
 * @param names which objects, empty: all that are in the schema when the credential is made, and in
 *     MariaDB those that come later too
 * @param privileges what for
 */
public record TargetGrant(Kind on, String schema, List<String> names, List<Privilege> privileges) {
  /** The most of them in a role. */
  public static final int GRANTS_MAX = 50;

  private static final int NAME_MAX = 63;
  private static final int NAMES_MAX = 100;

  /** Kinds of objects, with what may be done with each. */
  public enum Kind {
    SCHEMA,
    TABLES,
    SEQUENCES;

    /** What may be done with them in a system of {@code kind}. */
    private List<Privilege> privileges(EngineKind kind) {
      return switch (kind) {
        case POSTGRESQL -> inPostgreSql();
        case MARIADB -> inMariaDb();
      };
    }

    private List<Privilege> inPostgreSql() {
      return switch (this) {
        case SCHEMA -> List.of(Privilege.USAGE, Privilege.CREATE);
        case TABLES ->
            List.of(
                Privilege.SELECT,
                Privilege.INSERT,
                Privilege.UPDATE,
                Privilege.DELETE,
                Privilege.TRUNCATE,
                Privilege.REFERENCES,
                Privilege.TRIGGER);
        case SEQUENCES -> List.of(Privilege.USAGE, Privilege.SELECT, Privilege.UPDATE);
      };
    }

    /** Neither TRIGGER nor EVENT: what runs by itself with rights that end is an outage. */
    private List<Privilege> inMariaDb() {
      return switch (this) {
        case SCHEMA ->
            List.of(
                Privilege.CREATE,
                Privilege.ALTER,
                Privilege.DROP,
                Privilege.INDEX,
                Privilege.EXECUTE,
                Privilege.CREATE_VIEW,
                Privilege.CREATE_ROUTINE,
                Privilege.CREATE_TEMPORARY_TABLES,
                Privilege.LOCK_TABLES);
        case TABLES ->
            List.of(Privilege.SELECT, Privilege.INSERT, Privilege.UPDATE, Privilege.DELETE);
        case SEQUENCES -> List.of();
      };
    }

    /** What may be done with them in a system of any kind. */
    private List<Privilege> privileges() {
      return Arrays.stream(EngineKind.values())
          .flatMap(kind -> privileges(kind).stream())
          .distinct()
          .toList();
    }

    /** As it stands in documents. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What may be done; the names are SQL's. */
  public enum Privilege {
    SELECT,
    INSERT,
    UPDATE,
    DELETE,
    TRUNCATE,
    REFERENCES,
    TRIGGER,
    USAGE,
    CREATE,
    ALTER,
    DROP,
    INDEX,
    EXECUTE,
    CREATE_VIEW,
    CREATE_ROUTINE,
    CREATE_TEMPORARY_TABLES,
    LOCK_TABLES;

    /** As SQL and documents have it. */
    public String sql() {
      return name().replace('_', ' ');
    }
  }

  /**
   * Checks that all of {@code grants}, which stood in the field {@code grants}, are such as systems
   * of {@code kind} know.
   *
   * @throws InvalidDocumentException naming those that are not
   */
  public static void requireOf(EngineKind kind, List<TargetGrant> grants) {
    List<FieldError> errors = new ArrayList<>();
    for (int i = 0; i < grants.size(); i++) {
      TargetGrant grant = grants.get(i);
      List<Privilege> allowed = grant.on.privileges(kind);
      if (!allowed.containsAll(grant.privileges)) {
        errors.add(
            new FieldError(
                "grants[" + i + "]",
                allowed.isEmpty()
                    ? "cannot be on " + grant.on.wireName() + " in " + kind.wireName()
                    : "must have privileges of "
                        + allowed.stream().map(Privilege::sql).toList()
                        + " on "
                        + grant.on.wireName()
                        + " in "
                        + kind.wireName()));
      }
    }
    if (!errors.isEmpty()) {
      throw new InvalidDocumentException(errors);
    }
  }

  static List<TargetGrant> readAll(DocumentFields fields, String field) {
    List<TargetGrant> grants = new ArrayList<>();
    for (DocumentFields item : fields.objects(field, GRANTS_MAX)) {
      grants.add(read(item));
      item.endNested();
    }
    return List.copyOf(grants);
  }

  private static TargetGrant read(DocumentFields fields) {
    Kind on =
        fields.oneOf(
            "on",
            null,
            Arrays.stream(Kind.values()).map(Kind::wireName).toList(),
            name -> Kind.valueOf(name.toUpperCase(Locale.ROOT)));
    String schema = fields.printable("schema", NAME_MAX);
    List<String> names = fields.optionalTexts("names", NAMES_MAX);
    if (on == Kind.SCHEMA && !names.isEmpty()) {
      fields.wrong("names", "must be absent: schema names it");
    }
    for (String name : names) {
      boolean clean = name.codePoints().noneMatch(Character::isISOControl);
      if (!clean || name.codePointCount(0, name.length()) > NAME_MAX) {
        fields.wrong("names", "must be 1 to 63 characters each, without control characters");
      }
    }
    List<Privilege> privileges = new ArrayList<>();
    List<Privilege> allowed = on == null ? List.of() : on.privileges();
    for (String name : fields.texts("privileges", Privilege.values().length)) {
      allowed.stream().filter(one -> one.sql().equals(name)).forEach(privileges::add);
      if (on != null && allowed.stream().noneMatch(one -> one.sql().equals(name))) {
        fields.wrong(
            "privileges",
            "must be of "
                + allowed.stream().map(Privilege::sql).toList()
                + " for "
                + on.wireName());
      }
    }
    return new TargetGrant(on, schema, List.copyOf(names), List.copyOf(privileges));
  }

  /** As it stands in documents. */
  public Map<String, Object> document() {
    Map<String, Object> document = new TreeMap<>();
    document.put("on", on.wireName());
    document.put("schema", schema);
    document.put("privileges", privileges.stream().map(Privilege::sql).toList());
    if (!names.isEmpty()) {
      document.put("names", names);
    }
    return document;
  }
}
