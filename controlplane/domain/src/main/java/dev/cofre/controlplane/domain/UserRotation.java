package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * The rotation of a secret between two users, and how far it is. Immutable.
 *
 * @param secret the secret's id
 * @param engine the engine's id
 * @param activeUser whom the published version names; no rotation changes this one's password
 * @param nextUser whose password is being changed; null: none is
 * @param publishedVersion the version that the last rotation wrote; 0: there was none yet
 * @param rotatedAt when that was; null: not yet
 * @param dueAt when the next rotation is due, or has been since
 * @param nextAt when it is tried, at first or again
 * @param claim one more each time that it is taken to be worked on, from the milliseconds of when
 *     it was made: who holds another number, be it of a rotation before this one, holds nothing
 * @param claimedUntil until when somebody has it alone; null: nobody has
 * @param attempts how often the rotation that is due has failed
 * @param lastError why it failed last; null: it did not
 */
public record UserRotation(
    UUID secret,
    UUID engine,
    UserRotationDraft draft,
    String activeUser,
    String nextUser,
    int publishedVersion,
    Instant rotatedAt,
    Instant dueAt,
    Instant nextAt,
    long claim,
    Instant claimedUntil,
    int attempts,
    String lastError,
    Stamp stamp) {
  /** A new one, which is due at once. */
  public static UserRotation begun(
      UUID secret, UUID engine, UserRotationDraft draft, String activeUser, Stamp stamp) {
    return new UserRotation(
        secret,
        engine,
        draft,
        activeUser,
        draft.other(activeUser),
        0,
        null,
        stamp.createdAt(),
        stamp.createdAt(),
        stamp.createdAt().toEpochMilli(),
        null,
        0,
        null,
        stamp);
  }

  /**
   * The same as {@code changed} has it; one that is not on its way is due by the new period: by a
   * shorter one from now on, for who read by the former one has not read yet.
   */
  public UserRotation described(UserRotationDraft changed, Instant now, String by) {
    Instant due = nextUser == null ? due(changed.period(), now) : dueAt;
    return new UserRotation(
        secret,
        engine,
        changed,
        activeUser,
        nextUser,
        publishedVersion,
        rotatedAt,
        due,
        nextUser == null ? due : nextAt,
        claim,
        claimedUntil,
        attempts,
        lastError,
        stamp.changed(now, by));
  }

  private Instant due(Duration period, Instant now) {
    int compared = period.compareTo(draft.period());
    if (compared == 0) {
      return dueAt;
    }
    Instant later = (compared < 0 ? now : rotatedAt).plus(period);
    return compared < 0 && later.isAfter(dueAt) ? dueAt : later;
  }

  /** Whether a version was published within {@code time} before {@code now}. */
  public boolean isRotatedWithin(Duration time, Instant now) {
    return rotatedAt != null && now.isBefore(rotatedAt.plus(time));
  }

  /** Whether somebody is at work on it at {@code now}. */
  public boolean isClaimed(Instant now) {
    return claimedUntil != null && claimedUntil.isAfter(now);
  }

  /** Whom the rotation that is on its way, or the next one, changes. */
  public String changedUser() {
    return nextUser == null ? draft.other(activeUser) : nextUser;
  }
}
