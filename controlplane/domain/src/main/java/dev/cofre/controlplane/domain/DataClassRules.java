package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What holds for the keys of one data class. Immutable.
 *
 * @param dataClass which one
 * @param rotationDays after how many days a key's current version is replaced
 * @param lifetimeDaysMax how many days after its making a key may expire at most
 * @param protections where KEKs may live
 * @param exportPermitted whether a key may be made exportable
 * @param dataKeys limits of data keys
 * @param versions limits of a version of a key, beside its days
 * @param destructionWaitDays the waiting period of a destruction that names none
 * @param warnDays how many days ahead of an end owners are told
 * @param unusedDays after how many days without use a key counts as an orphan
 */
public record DataClassRules(
    DataClass dataClass,
    int rotationDays,
    int lifetimeDaysMax,
    Set<Protection> protections,
    boolean exportPermitted,
    DataKeyLimits dataKeys,
    VersionLimits versions,
    int destructionWaitDays,
    int warnDays,
    int unusedDays,
    Stamp stamp) {
  /** The longest span that a rule may name. */
  private static final int DAYS_MAX = 36_500;

  /** What a node never goes beyond by itself (docs/PROTOCOL.md, "Limits"). */
  private static final long SECONDS_MAX = 300;

  private static final long MESSAGES_MAX = 1L << 24;
  private static final long BYTES_MAX = 64L << 30;

  /**
   * How much one version opens when it leaks: a choice by class. The data keys are NIST's bound.
   */
  private static final VersionLimits MOST =
      new VersionLimits(1L << 44, 1L << 52, VersionLimits.DATA_KEYS_MOST);

  private static final VersionLimits MUCH =
      new VersionLimits(1L << 40, 1L << 50, VersionLimits.DATA_KEYS_MOST);

  private static final VersionLimits LESS =
      new VersionLimits(1L << 36, 1L << 48, VersionLimits.DATA_KEYS_MOST);

  /** Takes a copy of {@code protections}. */
  public DataClassRules {
    protections = Set.copyOf(protections);
  }

  /** The shipped rules. */
  public static List<DataClassRules> shipped(Instant now, String by) {
    Stamp stamp = Stamp.created(now, by);
    Set<Protection> both = EnumSet.allOf(Protection.class);
    DataKeyLimits most = new DataKeyLimits(SECONDS_MAX, MESSAGES_MAX, BYTES_MAX);
    return List.of(
        new DataClassRules(
            DataClass.PUBLIC, 730, DAYS_MAX, both, false, most, MOST, 7, 14, 365, stamp),
        new DataClassRules(
            DataClass.INTERNAL, 365, DAYS_MAX, both, false, most, MOST, 7, 30, 180, stamp),
        new DataClassRules(
            DataClass.CONFIDENTIAL,
            180,
            3_650,
            both,
            false,
            new DataKeyLimits(SECONDS_MAX, 1L << 22, 16L << 30),
            MUCH,
            14,
            30,
            90,
            stamp),
        new DataClassRules(
            DataClass.RESTRICTED,
            90,
            1_825,
            EnumSet.of(Protection.HSM),
            false,
            new DataKeyLimits(60, 1L << 20, 4L << 30),
            LESS,
            30,
            30,
            90,
            stamp));
  }

  /**
   * Reads a document with the rules to be changed; a field that is absent stays as it is.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public DataClassRules changed(Map<String, ?> document, Instant now, String by) {
    DocumentFields fields = new DocumentFields(document);
    DocumentFields limits = new DocumentFields(nested(document, fields, "dataKeys"));
    DocumentFields ofVersion = new DocumentFields(nested(document, fields, "versions"));
    DataClassRules next =
        new DataClassRules(
            dataClass,
            days(fields, "rotationDays", rotationDays, DAYS_MAX),
            days(fields, "lifetimeDaysMax", lifetimeDaysMax, DAYS_MAX),
            protections(document, fields),
            fields.flag("exportPermitted", exportPermitted),
            new DataKeyLimits(
                limits.number("secondsMax", dataKeys.secondsMax(), 1, SECONDS_MAX),
                limits.number("messagesMax", dataKeys.messagesMax(), 1, MESSAGES_MAX),
                limits.number("bytesMax", dataKeys.bytesMax(), 1, BYTES_MAX)),
            versions(ofVersion),
            (int)
                fields.number(
                    "destructionWaitDays",
                    destructionWaitDays,
                    DestructionWait.DAYS_MIN,
                    DestructionWait.DAYS_MAX),
            days(fields, "warnDays", warnDays, 365),
            days(fields, "unusedDays", unusedDays, DAYS_MAX),
            stamp.changed(now, by));
    fields.nested("dataKeys", limits);
    fields.nested("versions", ofVersion);
    fields.end();
    return next;
  }

  private static int days(DocumentFields fields, String field, int value, int max) {
    return (int) fields.number(field, value, 1, max);
  }

  private VersionLimits versions(DocumentFields limits) {
    return new VersionLimits(
        limits.number(
            "messagesMax",
            versions.messagesMax(),
            VersionLimits.LEAST,
            VersionLimits.MESSAGES_MOST),
        limits.number(
            "bytesMax", versions.bytesMax(), VersionLimits.LEAST, VersionLimits.BYTES_MOST),
        limits.number(
            "dataKeysMax",
            versions.dataKeysMax(),
            VersionLimits.LEAST,
            VersionLimits.DATA_KEYS_MOST));
  }

  private static Map<String, ?> nested(
      Map<String, ?> document, DocumentFields fields, String field) {
    Object nested = document.containsKey(field) ? document.get(field) : Map.of();
    if (nested instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((name, value) -> copy.put(name.toString(), value));
      return copy;
    }
    fields.wrong(field, "must be an object");
    return Map.of();
  }

  private Set<Protection> protections(Map<String, ?> document, DocumentFields fields) {
    if (!document.containsKey("protections")) {
      fields.mayHave("protections");
      return protections;
    }
    List<String> names = Arrays.stream(Protection.values()).map(Protection::name).toList();
    List<String> given = fields.texts("protections", names.size());
    if (!names.containsAll(given)) {
      fields.wrong("protections", "must be of " + String.join(", ", names));
      return protections;
    }
    Set<Protection> set = EnumSet.noneOf(Protection.class);
    given.forEach(name -> set.add(Protection.valueOf(name)));
    return set;
  }

  /** The latest time at which a key that is made at {@code now} may expire. */
  public Instant expiresAtMax(Instant now) {
    return now.plus(Duration.ofDays(lifetimeDaysMax));
  }

  /** Current versions from before this time are due for rotation. */
  public Instant rotationDueBefore(Instant now) {
    return now.minus(Duration.ofDays(rotationDays));
  }
}
