package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A place for a machine that has no credential yet: one code, to be used once. Immutable.
 *
 * @param principal whom the machine will be
 * @param validSeconds how long the code counts from when it is given out
 * @param isIssued whether the code was given out
 * @param expiresAt until when the code counts, or can be asked for
 * @param usedAt when the code was used
 */
public record Enrolment(
    UUID id,
    String tenant,
    String principal,
    long validSeconds,
    boolean isIssued,
    Instant expiresAt,
    Optional<Instant> usedAt,
    Instant createdAt,
    String createdBy) {
  /** The longest that a code counts, in seconds: a day. */
  public static final long VALID_SECONDS_MAX = 86_400;

  private static final long VALID_SECONDS_DEFAULT = 3_600;

  /**
   * How long the code is to count, by the document of an enrolment.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static long validSeconds(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    long seconds = fields.number("validSeconds", VALID_SECONDS_DEFAULT, 60, VALID_SECONDS_MAX);
    fields.end();
    return seconds;
  }

  /** {@code waits}, {@code issued}, {@code used} or {@code expired} at {@code now}. */
  public String stateAt(Instant now) {
    return usedAt.isPresent()
        ? "used"
        : !expiresAt.isAfter(now) ? "expired" : isIssued ? "issued" : "waits";
  }
}
