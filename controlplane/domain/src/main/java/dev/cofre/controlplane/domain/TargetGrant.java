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
 * @param schema where
 * @param names which objects, empty: all that are in the schema when the credential is made
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

    private List<Privilege> privileges() {
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
    CREATE
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
      allowed.stream().filter(one -> one.name().equals(name)).forEach(privileges::add);
      if (on != null && allowed.stream().noneMatch(one -> one.name().equals(name))) {
        fields.wrong("privileges", "must be of " + allowed + " for " + on.wireName());
      }
    }
    return new TargetGrant(on, schema, List.copyOf(names), List.copyOf(privileges));
  }

  /** As it stands in documents. */
  public Map<String, Object> document() {
    Map<String, Object> document = new TreeMap<>();
    document.put("on", on.wireName());
    document.put("schema", schema);
    document.put("privileges", privileges.stream().map(Privilege::name).toList());
    if (!names.isEmpty()) {
      document.put("names", names);
    }
    return document;
  }
}
