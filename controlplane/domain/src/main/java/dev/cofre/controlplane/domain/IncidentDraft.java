package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What leaked, as it is told. Immutable.
 *
 * @param subject a secret's name, {@code ENGINE/ROLE} or a principal's id
 * @param reason how it is known, for people; may be empty
 * @param since from when on reads are of interest
 * @param overlap for how long readers of a rotated secret have to take its new value before the old
 *     one ends
 */
public record IncidentDraft(
    Incident.Kind kind, String subject, String reason, Instant since, Duration overlap) {
  /** As long as leases that ended are known. */
  private static final Duration SINCE_DEFAULT = Duration.ofDays(30);

  private static final Duration SINCE_MAX = Duration.ofDays(3_652);

  /** Who reads every minute, or a fifth more or less, has read by then. */
  private static final long OVERLAP_S_DEFAULT = 90;

  private static final long OVERLAP_S_MAX = 3_600;
  private static final int TEXT_MAX = 256;

  /**
   * Reads the document of a new one: {@code secret} or {@code principal}, and what else is to be
   * said.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static IncidentDraft read(Map<String, ?> document, Instant now) {
    DocumentFields fields = new DocumentFields(document);
    String secret = optional(fields, "secret");
    String principal = optional(fields, "principal");
    if (fields.has("secret") == fields.has("principal")) {
      fields.wrong("secret", "must be there, or else principal: one of the two");
    }
    Instant since = fields.time("since");
    if (since != null && (since.isAfter(now) || since.isBefore(now.minus(SINCE_MAX)))) {
      fields.wrong("since", "must be in the past, of the last ten years");
    }
    IncidentDraft draft =
        new IncidentDraft(
            kind(secret),
            secret == null ? principal : secret,
            fields.has("reason") ? fields.printable("reason", TEXT_MAX) : "",
            since == null ? now.minus(SINCE_DEFAULT) : since,
            Duration.ofSeconds(
                fields.number("overlapSeconds", OVERLAP_S_DEFAULT, 0, OVERLAP_S_MAX)));
    fields.mayHave("reason");
    fields.end();
    return draft;
  }

  private static Incident.Kind kind(String secret) {
    if (secret == null) {
      return Incident.Kind.PRINCIPAL;
    }
    // No static secret can be called so.
    return secret.contains("/") ? Incident.Kind.ROLE : Incident.Kind.SECRET;
  }

  private static String optional(DocumentFields fields, String field) {
    fields.mayHave(field);
    return fields.has(field) ? fields.printable(field, TEXT_MAX) : null;
  }
}
