package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A legal hold: events that retention must not remove. It is about the events that have all that is
 * named. Immutable.
 *
 * @param name never given again
 * @param reason why, for people
 * @param key the alias of the key, or what was named when there is no such key; null: any
 * @param keyId that key's id; null when it is not known
 * @param principal whose events; null: anybody's
 * @param from of no older events; null: from the first on
 * @param to of no newer events; null: no end
 * @param stamp who placed it, and who lifted it
 * @param liftedAt null as long as it holds
 */
public record AuditHold(
    String name,
    String reason,
    String key,
    UUID keyId,
    String principal,
    Instant from,
    Instant to,
    Stamp stamp,
    Instant liftedAt) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");
  private static final int TEXT_MAX = 256;
  private static final String ALL = "all";

  /**
   * Reads the document of a new one: {@code name}, {@code reason}, and what it is about: some of
   * {@code key}, {@code principal}, {@code from} and {@code to}, or {@code all}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static AuditHold read(Map<String, ?> document, Stamp stamp) {
    DocumentFields fields = new DocumentFields(document);
    AuditHold hold =
        new AuditHold(
            fields.matching(
                "name", null, NAME, "1 to 64 of a-z, 0-9 and - (none at an end): case-2027-03"),
            fields.printable("reason", TEXT_MAX),
            optional(fields, "key"),
            null,
            optional(fields, "principal"),
            fields.time("from"),
            fields.time("to"),
            stamp,
            null);
    boolean isOfAll = fields.flag(ALL);
    if (isOfAll == hold.isLimited()) {
      fields.wrong(
          ALL, "must be true when none of key, principal, from and to is given, else absent");
    }
    if (hold.from != null && hold.to != null && hold.to.isBefore(hold.from)) {
      fields.wrong("to", "must not be before from");
    }
    fields.end();
    return hold;
  }

  private static String optional(DocumentFields fields, String field) {
    return fields.has(field) ? fields.printable(field, TEXT_MAX) : null;
  }

  private boolean isLimited() {
    return key != null || principal != null || from != null || to != null;
  }

  /** The same of the key {@code id}, whose alias is {@code alias}. */
  public AuditHold of(String alias, UUID id) {
    return new AuditHold(name, reason, alias, id, principal, from, to, stamp, liftedAt);
  }

  /** The same, lifted by {@code by} at {@code now}. */
  public AuditHold lifted(Instant now, String by) {
    return new AuditHold(
        name, reason, key, keyId, principal, from, to, stamp.changed(now, by), now);
  }

  /** Whether it holds. */
  public boolean isActive() {
    return liftedAt == null;
  }

  /** What it is about, a line each. */
  public List<String> lines() {
    return List.of(
        "+ key " + or(key, "any"),
        "+ principal " + or(principal, "any"),
        "+ from " + or(from, "the first event"),
        "+ to " + or(to, "no end"),
        "+ reason " + reason);
  }

  private static String or(Object value, String otherwise) {
    return value == null ? otherwise : value.toString();
  }
}
