package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Locale;

/**
 * One thing that is done because of a leak. Each can be done again without harm. Immutable.
 *
 * @param number from 1 on, in the order in which they are begun
 * @param subject what it is done to: a secret's name, {@code ENGINE/ROLE} or a principal's id
 * @param mark of a secret: its newest version when the step was planned, which counts as known to
 *     others; else 0
 * @param amount how much was ended by it
 * @param outcome what was done, or what it waits for, for people; empty before it was begun
 * @param attempts how often it has failed since it last went on
 * @param lastError why, the last time; null: it did not
 */
public record IncidentStep(
    int number,
    Action action,
    String subject,
    State state,
    long mark,
    long amount,
    String outcome,
    int attempts,
    String lastError,
    Instant beganAt,
    Instant endedAt) {
  /** What is done. */
  public enum Action {
    /** Every credential of a principal is taken away. */
    CUT_OFF,
    /** Leases are ended. */
    REVOKE_LEASES,
    /** Certificates are revoked. */
    REVOKE_CERTIFICATES,
    /** A secret of two users is rotated until both have another password. */
    ROTATE,
    /** The owner is waited for, to write another value. */
    RENEW,
    /** Those who answer for it are told. */
    NOTIFY,
    /** The audit archive is asked who read what. */
    TRACE;

    /** The name in answers, in the audit log and in the store. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** How far it is. */
  public enum State {
    /** Not begun, or it failed and is tried again. */
    PENDING,
    /** Begun; something else has to come to its end. */
    WAITING,
    /** Done. */
    DONE,
    /** Left by whoever closed the incident. */
    GIVEN_UP;

    /** Whether nothing more is done. */
    public boolean isEnd() {
      return this == DONE || this == GIVEN_UP;
    }
  }

  /** One that was not begun. */
  public static IncidentStep planned(int number, Action action, String subject, long mark) {
    return new IncidentStep(
        number, action, subject, State.PENDING, mark, 0, "", 0, null, null, null);
  }

  /** The same, which has gone on: {@code more} were ended by it since. */
  public IncidentStep gone(State to, long more, String what, Instant now) {
    return new IncidentStep(
        number,
        action,
        subject,
        to,
        mark,
        amount + more,
        what,
        0,
        null,
        beganAt == null ? now : beganAt,
        to.isEnd() ? now : null);
  }

  /** The same, which failed. */
  public IncidentStep failed(String why, Instant now) {
    return new IncidentStep(
        number,
        action,
        subject,
        state,
        mark,
        amount,
        outcome,
        attempts + 1,
        why,
        beganAt == null ? now : beganAt,
        null);
  }
}
