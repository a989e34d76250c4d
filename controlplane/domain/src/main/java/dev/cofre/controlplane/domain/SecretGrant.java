package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Map;

/**
 * That somebody may read one secret, or those of one group. Immutable.
 *
 * @param principal an id, or {@code group:NAME}
 * @param secret its exact name, or {@code secret-group:NAME}
 * @param notAfter when it ends by itself; null: it does not
 */
public record SecretGrant(
    String tenant,
    String principal,
    String secret,
    Instant notAfter,
    Instant createdAt,
    String createdBy) {
  /**
   * Reads when a grant ends.
   *
   * @return null: it does not end by itself
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static Instant notAfter(Map<String, ?> document, Instant now) {
    DocumentFields fields = new DocumentFields(document);
    Instant end = fields.optionalFuture("notAfter", now).orElse(null);
    fields.end();
    return end;
  }

  /** Whether it is on a group of secrets. */
  public boolean isOnGroup() {
    return secret.startsWith(SecretGroup.PREFIX);
  }

  /** Whether it has ended. */
  public boolean isOver(Instant now) {
    return notAfter != null && !now.isBefore(notAfter);
  }
}
