package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What credentials of one sort may do in an engine's system and how long they live; valid in
 * itself. Immutable.
 *
 * @param defaultTtl how long one lives when nothing else is asked for
 * @param maxTtl how long one lives at most, renewed or not
 * @param leasesMax how many may live at once
 * @param owned what becomes of the objects that one made there
 */
public record DynamicRoleDraft(
    String name,
    String description,
    Duration defaultTtl,
    Duration maxTtl,
    int leasesMax,
    OwnedObjects owned,
    List<TargetGrant> grants) {
  /** The longest life of a credential. */
  public static final long TTL_S_MAX = Duration.ofDays(30).toSeconds();

  /** The shortest life of a credential. */
  public static final long TTL_S_MIN = 60;

  private static final int LEASES_MAX = 100_000;
  private static final int LEASES_DEFAULT = 1_000;
  private static final int DESCRIPTION_MAX = 1_024;

  /** What becomes of objects that a credential made. */
  public enum OwnedObjects {
    /** They are kept, by nobody who may do anything. */
    REASSIGN,
    /** They go too; those that others build on, where the system knows of it, are kept. */
    DROP;

    /** As it stands in documents. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads the document of the role {@code name}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static DynamicRoleDraft read(String name, Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    if (!SecretEngineDraft.NAME.matcher(name).matches()) {
      fields.wrong("role", "must be 1 to 63 of a-z, 0-9, '.', '_' and '-'");
    }
    String description = fields.printable("description", DESCRIPTION_MAX);
    long defaultTtl = fields.number("defaultTtlSeconds", 3_600, TTL_S_MIN, TTL_S_MAX);
    long maxTtl = fields.number("maxTtlSeconds", 86_400, TTL_S_MIN, TTL_S_MAX);
    int leasesMax = (int) fields.number("leasesMax", LEASES_DEFAULT, 1, LEASES_MAX);
    OwnedObjects owned =
        fields.oneOf(
            "ownedObjects",
            OwnedObjects.REASSIGN.wireName(),
            List.of(OwnedObjects.REASSIGN.wireName(), OwnedObjects.DROP.wireName()),
            text -> OwnedObjects.valueOf(text.toUpperCase(Locale.ROOT)));
    List<TargetGrant> grants = TargetGrant.readAll(fields, "grants");
    if (defaultTtl > maxTtl) {
      fields.wrong("defaultTtlSeconds", "must be at most maxTtlSeconds");
    }
    fields.end();
    return new DynamicRoleDraft(
        name,
        description,
        Duration.ofSeconds(defaultTtl),
        Duration.ofSeconds(maxTtl),
        leasesMax,
        owned,
        grants);
  }

  /**
   * Checks that this is a role that an engine of {@code kind} can have.
   *
   * @throws InvalidDocumentException naming what it cannot
   */
  public void requireOf(EngineKind kind) {
    TargetGrant.requireOf(kind, grants);
    if (!kind.hasDatabases() && owned == OwnedObjects.DROP) {
      throw new InvalidDocumentException(
          List.of(
              new FieldError(
                  "ownedObjects",
                  "must be absent: in " + kind.wireName() + " nothing belongs to its users")));
    }
  }
}
