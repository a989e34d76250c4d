package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.util.Map;

/** How long a scheduled destruction waits, so that it can be cancelled. */
public final class DestructionWait {
  /** The shortest one. */
  public static final int DAYS_MIN = 7;

  /** The longest one. */
  public static final int DAYS_MAX = 30;

  private DestructionWait() {}

  /**
   * Reads the document of a destruction to be scheduled: {@code days}, or nothing.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static Duration read(Map<String, ?> document, int defaultDays) {
    DocumentFields fields = new DocumentFields(document);
    long days = fields.number("days", defaultDays, DAYS_MIN, DAYS_MAX);
    fields.end();
    return Duration.ofDays(days);
  }
}
