package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is asked for when a key is made, valid in itself. Immutable.
 *
 * @param alias the key's name within its tenant
 * @param owner who answers for it: a principal's id when that principal is to see it as its own
 * @param purpose what it is for
 * @param usage what it can do: {@value #ENCRYPT_DECRYPT}
 * @param expiresAt when it ends to encrypt
 * @param tags what policies can select it by
 * @param preActive whether it is made before it is taken into use
 * @param activatesAt when a pre-active key becomes active by itself; empty when that is asked for
 * @param exportable whether its KEKs are made so that they may leave, wrapped to a recipient
 * @param origin where the material of all its versions comes from
 */
public record KeyDraft(
    String alias,
    String tenant,
    Environment environment,
    DataClass dataClass,
    String owner,
    String purpose,
    String usage,
    Protection protection,
    Instant expiresAt,
    Map<String, String> tags,
    boolean preActive,
    Optional<Instant> activatesAt,
    boolean exportable,
    Origin origin) {

  /** The one usage there is. */
  public static final String ENCRYPT_DECRYPT = "encrypt-decrypt";

  private static final int TEXT_MAX = 256;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final String NAME_RULE =
      "1 to 128 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit";

  /** Takes a copy of {@code tags}. */
  public KeyDraft {
    tags = Map.copyOf(tags);
  }

  /** A key without tags that is in use at once. */
  public KeyDraft(
      String alias,
      String tenant,
      Environment environment,
      DataClass dataClass,
      String owner,
      String purpose,
      String usage,
      Protection protection,
      Instant expiresAt) {
    this(
        alias,
        tenant,
        environment,
        dataClass,
        owner,
        purpose,
        usage,
        protection,
        expiresAt,
        Map.of(),
        false,
        Optional.empty(),
        false,
        Origin.GENERATED);
  }

  /** The same for a key whose material is brought. */
  public KeyDraft imported() {
    return new KeyDraft(
        alias,
        tenant,
        environment,
        dataClass,
        owner,
        purpose,
        usage,
        protection,
        expiresAt,
        tags,
        preActive,
        activatesAt,
        exportable,
        Origin.IMPORTED);
  }

  /** The state that the key is made in. */
  public KeyState firstState() {
    return preActive ? new KeyState.PreActive() : new KeyState.Active();
  }

  /**
   * Reads the document of a key to be made.
   *
   * @param tenant of the caller, taken when the document names none
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static KeyDraft read(Map<String, ?> document, String tenant, Instant now) {
    DocumentFields fields = new DocumentFields(document);
    String alias = fields.matching("alias", null, NAME, NAME_RULE);
    if (alias != null && UUID_FORM.matcher(alias).matches()) {
      fields.wrong("alias", "must not have the form of a key id");
    }
    Optional<Instant> activatesAt = fields.optionalFuture("activatesAt", now);
    boolean preActive = fields.flag("preActive", activatesAt.isPresent());
    KeyDraft draft =
        new KeyDraft(
            alias,
            fields.matching("tenant", tenant, NAME, NAME_RULE),
            fields.oneOf("environment", null, Environment.wireNames(), Environment::of),
            fields.oneOf("dataClass", null, DataClass.wireNames(), DataClass::of),
            fields.printable("owner", TEXT_MAX),
            fields.printable("purpose", TEXT_MAX),
            fields.oneOf("usage", ENCRYPT_DECRYPT, List.of(ENCRYPT_DECRYPT), usage -> usage),
            fields.oneOf("protection", null, protections(), Protection::valueOf),
            fields.future("expiresAt", now),
            KeyTags.read(fields, "tags"),
            preActive,
            activatesAt,
            fields.flag("exportable", false),
            Origin.GENERATED);
    draft.check(fields);
    fields.end();
    return draft;
  }

  /**
   * This with what {@code document} changes of it: owner, purpose, expiresAt and tags, each of
   * which stays when it is absent. Whatever else there is of a key stays as it was made.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public KeyDraft changed(Map<String, ?> document, Instant now) {
    DocumentFields fields = new DocumentFields(document);
    KeyDraft next =
        new KeyDraft(
            alias,
            tenant,
            environment,
            dataClass,
            fields.has("owner") ? fields.printable("owner", TEXT_MAX) : owner,
            fields.has("purpose") ? fields.printable("purpose", TEXT_MAX) : purpose,
            usage,
            protection,
            expiry(fields, now),
            fields.has("tags") ? KeyTags.read(fields, "tags") : tags,
            preActive,
            activatesAt,
            exportable,
            origin);
    // What may stand in the document is told in full, also when it has none of it.
    List.of("owner", "purpose", "expiresAt", "tags").forEach(fields::mayHave);
    if (preActive) {
      next.check(fields);
    }
    fields.end();
    return next;
  }

  /** The one there is may be named again when it has passed. */
  private Instant expiry(DocumentFields fields, Instant now) {
    return fields.has("expiresAt") && !expiresAt.equals(fields.time("expiresAt"))
        ? fields.future("expiresAt", now)
        : expiresAt;
  }

  private void check(DocumentFields fields) {
    if (activatesAt.isPresent() && !preActive) {
      fields.wrong("preActive", "must not be false beside activatesAt");
    }
    if (activatesAt.isPresent() && expiresAt != null && !activatesAt.get().isBefore(expiresAt)) {
      fields.wrong("activatesAt", "must be before expiresAt");
    }
  }

  private static List<String> protections() {
    return Arrays.stream(Protection.values()).map(Protection::name).toList();
  }
}
