package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * The answer to a leak, which is given step by step. Immutable.
 *
 * @param openedBy who told of the leak
 * @param endedAt null as long as it is open
 * @param endedBy who closed it before all was done; null: nobody did
 * @param endReason why that; null: nobody did
 * @param claim one more each time that it is taken to be worked on
 */
public record Incident(
    UUID id,
    String tenant,
    IncidentDraft draft,
    State state,
    Instant openedAt,
    String openedBy,
    Instant endedAt,
    String endedBy,
    String endReason,
    long claim) {
  /** What leaked. */
  public enum Kind {
    /** A static secret. */
    SECRET,
    /** Credentials of a role of an engine. */
    ROLE,
    /** The credential of a principal. */
    PRINCIPAL;

    /** The name in answers and in the store. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where it is. */
  public enum State {
    /** Steps are left. */
    OPEN,
    /** All steps are done. */
    DONE,
    /** Somebody ended it before all steps were done. */
    CLOSED
  }

  /** A new one. */
  public static Incident opened(
      UUID id, String tenant, IncidentDraft draft, Instant at, String by) {
    return new Incident(id, tenant, draft, State.OPEN, at, by, null, null, null, 0);
  }
}
