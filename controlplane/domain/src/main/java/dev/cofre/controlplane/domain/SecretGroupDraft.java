package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is asked for when a group of secrets is made; valid in itself. Immutable.
 *
 * @param name within its tenant
 * @param environment of all its secrets
 * @param dataClass of all its secrets: how sensitive they are
 * @param owner who answers for it: a principal's id, or {@code group:NAME}
 * @param description what it is for, for people
 */
public record SecretGroupDraft(
    String name,
    String tenant,
    Environment environment,
    DataClass dataClass,
    String owner,
    String description) {
  /** The names that groups of secrets may have. */
  public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

  private static final int OWNER_MAX = 256;
  private static final int DESCRIPTION_MAX = 1_024;

  /**
   * Reads the document of a group to be made in {@code tenant}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static SecretGroupDraft read(Map<String, ?> document, String tenant) {
    DocumentFields fields = new DocumentFields(document);
    SecretGroupDraft draft =
        new SecretGroupDraft(
            fields.matching(
                "name",
                null,
                NAME,
                "1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"),
            tenant,
            fields.oneOf("environment", null, Environment.wireNames(), Environment::of),
            fields.oneOf("dataClass", null, DataClass.wireNames(), DataClass::of),
            fields.printable("owner", OWNER_MAX),
            fields.printable("description", DESCRIPTION_MAX));
    fields.end();
    return draft;
  }

  /**
   * This with what {@code document} changes of it: owner and description, each of which stays when
   * it is absent. Name, environment and class stay as they were made.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public SecretGroupDraft changed(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    SecretGroupDraft next =
        new SecretGroupDraft(
            name,
            tenant,
            environment,
            dataClass,
            fields.has("owner") ? fields.printable("owner", OWNER_MAX) : owner,
            fields.has("description")
                ? fields.printable("description", DESCRIPTION_MAX)
                : description);
    List.of("owner", "description").forEach(fields::mayHave);
    fields.end();
    return next;
  }

  /**
   * Checks that {@code secret} is as sensitive as the rest of it.
   *
   * @throws InvalidDocumentException naming what it is instead
   */
  public void requireFits(Secret secret) {
    if (secret.draft().environment() != environment) {
      throw unfit("environment", secret.draft().environment().wireName(), environment.wireName());
    }
    if (secret.draft().dataClass() != dataClass) {
      throw unfit("data class", secret.draft().dataClass().wireName(), dataClass.wireName());
    }
  }

  private static InvalidDocumentException unfit(String what, String has, String needed) {
    return new InvalidDocumentException(
        List.of(
            new FieldError(
                "secret",
                "is of the " + what + " " + has + "; all secrets of the group are of " + needed)));
  }
}
