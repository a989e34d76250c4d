package dev.cofre.controlplane.domain;

import java.time.Instant;

/**
 * One value of a secret, without the value. Immutable.
 *
 * @param number from 1, one more for each value, never reused
 * @param changedAt when its state was changed last
 * @param template whether its value was written as a {@link SecretTemplate}
 */
public record SecretVersion(
    int number,
    State state,
    Instant createdAt,
    String createdBy,
    Instant changedAt,
    String changedBy,
    boolean template) {
  /** What may be done with a version. */
  public enum State {
    /** It is read. */
    ACTIVE,
    /** It is not read, and can be brought back. */
    DELETED,
    /** Its value is gone for good. */
    DESTROYED
  }

  /** A new one by {@code by}. */
  public static SecretVersion created(int number, Instant now, String by) {
    return created(number, now, by, false);
  }

  /** The same, whose value may be a template. */
  public static SecretVersion created(int number, Instant now, String by, boolean template) {
    return new SecretVersion(number, State.ACTIVE, now, by, now, by, template);
  }

  /** The same in {@code next}. */
  public SecretVersion in(State next, Instant now, String by) {
    return new SecretVersion(number, next, createdAt, createdBy, now, by, template);
  }
}
