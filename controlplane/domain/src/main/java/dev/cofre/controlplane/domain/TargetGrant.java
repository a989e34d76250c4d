package dev.cofre.controlplane.domain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One thing that a credential may do in its target, as data; never as a text that is run.
 * Immutable.
 *
 * @param schema where, in MariaDB a database, in RabbitMQ a virtual host; empty: its kind of system
 *     has none
 * @param names which objects, empty: all that are in the schema when the credential is made, and in
 *     MariaDB those that come later too; of keys and channels: patterns, see {@link #isPattern}; of
 *     prefixes: what the names begin with
 * @param privileges what for
 */
public record TargetGrant(Kind on, String schema, List<String> names, List<Privilege> privileges) {
  /** The most of them in a role. */
  public static final int GRANTS_MAX = 50;

  private static final int NAME_MAX = 63;
  private static final int NAMES_MAX = 100;
  private static final int VHOSTED_BYTES_MAX = 255;
  private static final int VHOSTED_BYTES_ALL_MAX = 16_384;
  private static final String SCHEMA_FIELD = "schema";
  private static final String VHOST_FIELD = "vhost";
  private static final String NAMES_FIELD = "names";
  private static final String PRIVILEGES_FIELD = "privileges";
  private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9:._/{}*?-]{1,128}");

  /** Kinds of objects, with what may be done with each. */
  public enum Kind {
    SCHEMA,
    TABLES,
    SEQUENCES,
    KEYS,
    CHANNELS,
    /** Queues and exchanges of these names. */
    RESOURCES,
    /** Queues and exchanges whose names begin so. */
    PREFIXES;

    /** What may be done with them in a system of {@code kind}. */
    private List<Privilege> privileges(EngineKind kind) {
      return switch (kind) {
        case POSTGRESQL -> inPostgreSql();
        case MARIADB -> inMariaDb();
        case REDIS -> inRedis();
        case RABBITMQ -> inRabbitMq();
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
        case KEYS, CHANNELS, RESOURCES, PREFIXES -> List.of();
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
        case SEQUENCES, KEYS, CHANNELS, RESOURCES, PREFIXES -> List.of();
      };
    }

    private List<Privilege> inRedis() {
      return switch (this) {
        case SCHEMA, TABLES, SEQUENCES, RESOURCES, PREFIXES -> List.of();
        case KEYS -> {
          List<Privilege> all = new ArrayList<>(List.of(Privilege.READ, Privilege.WRITE));
          all.addAll(Privilege.VALUE_TYPES);
          yield all;
        }
        case CHANNELS -> List.of(Privilege.SUBSCRIBE, Privilege.PUBLISH);
      };
    }

    private List<Privilege> inRabbitMq() {
      return isInVhost()
          ? List.of(Privilege.CONFIGURE, Privilege.WRITE, Privilege.READ)
          : List.of();
    }

    /** What may be done with them in a system of any kind. */
    private List<Privilege> privileges() {
      return Arrays.stream(EngineKind.values())
          .flatMap(kind -> privileges(kind).stream())
          .distinct()
          .toList();
    }

    private boolean isOfPatterns() {
      return this == KEYS || this == CHANNELS;
    }

    private boolean isInVhost() {
      return this == RESOURCES || this == PREFIXES;
    }

    /** As it stands in documents. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What may be done; the names are SQL's, of keys and channels those of Redis, of queues
   * RabbitMQ's.
   */
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
    LOCK_TABLES,
    READ,
    WRITE,
    STRING,
    HASH,
    LIST,
    SET,
    SORTEDSET,
    STREAM,
    BITMAP,
    HYPERLOGLOG,
    GEO,
    SUBSCRIBE,
    PUBLISH,
    CONFIGURE;

    /** Types of values at keys: of these alone, when a grant names some. */
    public static final List<Privilege> VALUE_TYPES =
        List.of(STRING, HASH, LIST, SET, SORTEDSET, STREAM, BITMAP, HYPERLOGLOG, GEO);

    /** As SQL and documents have it. */
    public String sql() {
      return name().replace('_', ' ');
    }
  }

  /**
   * Whether {@code name} is a pattern of keys or channels: 1 to 128 letters, digits and {@code : .
   * _ - / { }}, in which {@code *} and {@code ?} stand for what they match. Nothing in it ends or
   * quotes a word in any list of rules.
   */
  public static boolean isPattern(String name) {
    return PATTERN.matcher(name).matches();
  }

  /**
   * Whether {@code name} can be that of a virtual host, a queue or an exchange, or its beginning: 1
   * to 255 bytes of UTF-8 without control characters.
   */
  public static boolean isVhostedName(String name) {
    boolean clean =
        name.codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    int bytes = name.getBytes(UTF_8).length;
    return clean && bytes >= 1 && bytes <= VHOSTED_BYTES_MAX;
  }

  /**
   * Whether {@code name} can be that of a virtual host. Not one of dots, which mean something in a
   * path however they are written there.
   */
  public static boolean isVhost(String name) {
    return isVhostedName(name) && !name.equals(".") && !name.equals("..");
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
                        + texts(allowed)
                        + " on "
                        + grant.on.wireName()
                        + " in "
                        + kind.wireName()));
      }
    }
    if (vhostedBytes(grants) > VHOSTED_BYTES_ALL_MAX) {
      errors.add(
          new FieldError(
              "grants", "must have names of " + VHOSTED_BYTES_ALL_MAX + " bytes together at most"));
    }
    if (!errors.isEmpty()) {
      throw new InvalidDocumentException(errors);
    }
  }

  /** They become one expression for each virtual host, which must not grow without end. */
  private static long vhostedBytes(List<TargetGrant> grants) {
    return grants.stream()
        .filter(grant -> grant.on.isInVhost())
        .flatMap(grant -> grant.names.stream())
        .mapToLong(name -> name.getBytes(UTF_8).length)
        .sum();
  }

  private static List<String> texts(List<Privilege> privileges) {
    return privileges.stream().map(Privilege::sql).toList();
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
    String schema = schema(fields, on);
    List<String> names = names(fields, on);
    List<Privilege> privileges = new ArrayList<>();
    List<Privilege> allowed = on == null ? List.of() : on.privileges();
    for (String name : fields.texts(PRIVILEGES_FIELD, Privilege.values().length)) {
      allowed.stream().filter(one -> one.sql().equals(name)).forEach(privileges::add);
      if (on != null && allowed.stream().noneMatch(one -> one.sql().equals(name))) {
        fields.wrong(PRIVILEGES_FIELD, "must be of " + texts(allowed) + " for " + on.wireName());
      }
    }
    if (on == Kind.KEYS
        && !privileges.contains(Privilege.READ)
        && !privileges.contains(Privilege.WRITE)) {
      fields.wrong(PRIVILEGES_FIELD, "must have READ or WRITE");
    }
    return new TargetGrant(on, schema, List.copyOf(names), List.copyOf(privileges));
  }

  private static String schema(DocumentFields fields, Kind on) {
    if (on != null && on.isInVhost()) {
      String vhost = fields.printable(VHOST_FIELD, VHOSTED_BYTES_MAX);
      if (vhost != null && !isVhost(vhost)) {
        fields.wrong(VHOST_FIELD, "must be 1 to 255 bytes of UTF-8, and neither '.' nor '..'");
      }
      return vhost;
    }
    if (on == null || !on.isOfPatterns()) {
      return fields.printable(SCHEMA_FIELD, NAME_MAX);
    }
    fields.mayHave(SCHEMA_FIELD);
    if (fields.has(SCHEMA_FIELD)) {
      fields.wrong(SCHEMA_FIELD, "must be absent: keys and channels are in none");
    }
    return "";
  }

  private static List<String> patterns(DocumentFields fields) {
    List<String> names = fields.texts(NAMES_FIELD, NAMES_MAX);
    if (!names.stream().allMatch(TargetGrant::isPattern)) {
      fields.wrong(
          NAMES_FIELD,
          "must be 1 to 128 of A-Z, a-z, 0-9, ':', '.', '_', '-', '/', '{', '}', '*' and '?' each");
    }
    return names;
  }

  private static List<String> vhosted(DocumentFields fields) {
    List<String> names = fields.texts(NAMES_FIELD, NAMES_MAX);
    if (!names.stream().allMatch(TargetGrant::isVhostedName)) {
      fields.wrong(NAMES_FIELD, "must be 1 to 255 bytes of UTF-8 each, without control characters");
    }
    return names;
  }

  private static List<String> names(DocumentFields fields, Kind on) {
    if (on != null && on.isOfPatterns()) {
      return patterns(fields);
    }
    return on != null && on.isInVhost() ? vhosted(fields) : objects(fields, on);
  }

  private static List<String> objects(DocumentFields fields, Kind on) {
    List<String> names = fields.optionalTexts(NAMES_FIELD, NAMES_MAX);
    if (on == Kind.SCHEMA && !names.isEmpty()) {
      fields.wrong(NAMES_FIELD, "must be absent: schema names it");
    }
    for (String name : names) {
      boolean clean = name.codePoints().noneMatch(Character::isISOControl);
      if (!clean || name.codePointCount(0, name.length()) > NAME_MAX) {
        fields.wrong(NAMES_FIELD, "must be 1 to 63 characters each, without control characters");
      }
    }
    return names;
  }

  /** As it stands in documents. */
  public Map<String, Object> document() {
    Map<String, Object> document = new TreeMap<>();
    document.put("on", on.wireName());
    if (!schema.isEmpty()) {
      document.put(on.isInVhost() ? VHOST_FIELD : SCHEMA_FIELD, schema);
    }
    document.put(PRIVILEGES_FIELD, texts(privileges));
    if (!names.isEmpty()) {
      document.put(NAMES_FIELD, names);
    }
    return document;
  }
}
