package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is asked for when a quota is set. Immutable.
 *
 * @param principal its id, or {@value Quota#TENANT}
 * @param perSecond 0: no limit
 * @param perDay 0: no limit
 */
public record QuotaDraft(String principal, long perSecond, long perDay) {
  /** The most of a second and of a day, which nodes can count. */
  private static final long PER_SECOND_MAX = 10_000_000;

  private static final long PER_DAY_MAX = 1_000_000_000_000L;
  private static final Pattern PRINCIPAL = Pattern.compile("[*]|[^\\s\\p{Cntrl}]{1,128}");

  /**
   * Reads the document of the quota of {@code principal}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static QuotaDraft read(Map<String, ?> document, String principal) {
    DocumentFields fields = new DocumentFields(document);
    QuotaDraft draft =
        new QuotaDraft(
            principal,
            fields.count("perSecond", PER_SECOND_MAX),
            fields.count("perDay", PER_DAY_MAX));
    fields.end();
    if (!PRINCIPAL.matcher(principal).matches()) {
      throw wrong("principal", "must be a principal's id, or " + Quota.TENANT + " for the tenant");
    }
    if (draft.perSecond == 0 && draft.perDay == 0) {
      throw wrong("perSecond", "must be given, or perDay: delete the quota for none");
    }
    return draft;
  }

  private static InvalidDocumentException wrong(String field, String message) {
    return new InvalidDocumentException(List.of(new FieldError(field, message)));
  }
}
