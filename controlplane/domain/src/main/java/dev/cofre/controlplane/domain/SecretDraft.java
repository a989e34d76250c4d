package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is asked for when a secret is made, its value aside; valid in itself. Immutable.
 *
 * @param name within its tenant; grants name it exactly
 * @param environment whose vault key protects it
 * @param owner who answers for it and writes it: a principal's id, or {@code group:NAME}
 * @param description what it opens, for people
 * @param expiresAt from when on it is not read any more
 * @param rotation how it is renewed, or why not
 */
public record SecretDraft(
    String name,
    String tenant,
    Environment environment,
    DataClass dataClass,
    String owner,
    String description,
    Instant expiresAt,
    SecretRotation rotation) {
  /** The names that secrets may have. */
  public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

  private static final int OWNER_MAX = 256;
  private static final int DESCRIPTION_MAX = 1_024;

  /**
   * Reads the document of a secret to be made in {@code tenant}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static SecretDraft read(Map<String, ?> document, String tenant, Instant now) {
    DocumentFields fields = new DocumentFields(document);
    SecretDraft draft =
        new SecretDraft(
            fields.matching(
                "name",
                null,
                NAME,
                "1 to 128 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"),
            tenant,
            fields.oneOf("environment", null, Environment.wireNames(), Environment::of),
            fields.oneOf("dataClass", null, DataClass.wireNames(), DataClass::of),
            fields.printable("owner", OWNER_MAX),
            fields.printable("description", DESCRIPTION_MAX),
            fields.future("expiresAt", now),
            SecretRotation.read(fields, "rotation"));
    fields.flag(SecretVersionDraft.TEMPLATE);
    fields.mayHave("value");
    if (!fields.has("value")) {
      fields.wrong("value", "is missing");
    }
    fields.end();
    return draft;
  }

  /**
   * This with what {@code document} changes of it: owner, description, expiresAt and rotation, each
   * of which stays when it is absent. Name, environment and class stay as they were made.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public SecretDraft changed(Map<String, ?> document, Instant now) {
    DocumentFields fields = new DocumentFields(document);
    SecretDraft next =
        new SecretDraft(
            name,
            tenant,
            environment,
            dataClass,
            fields.has("owner") ? fields.printable("owner", OWNER_MAX) : owner,
            fields.has("description")
                ? fields.printable("description", DESCRIPTION_MAX)
                : description,
            fields.has("expiresAt") ? fields.future("expiresAt", now) : expiresAt,
            fields.has("rotation") ? SecretRotation.read(fields, "rotation") : rotation);
    List.of("owner", "description", "expiresAt", "rotation").forEach(fields::mayHave);
    fields.end();
    return next;
  }

  /**
   * Checks it against the rules of its data class.
   *
   * @param from when the time that the class allows begins
   * @throws InvalidDocumentException naming the fields beyond them
   */
  public void requireWithin(DataClassRules rules, Instant from) {
    if (expiresAt.isAfter(rules.expiresAtMax(from))) {
      throw wrong(
          "expiresAt", "must be at most " + rules.lifetimeDaysMax() + " days ahead for its class");
    }
    if (rotation.days() > rules.rotationDays()) {
      throw wrong("rotation.days", "must be at most " + rules.rotationDays() + " for its class");
    }
  }

  private static InvalidDocumentException wrong(String field, String message) {
    return new InvalidDocumentException(List.of(new FieldError(field, message)));
  }
}
