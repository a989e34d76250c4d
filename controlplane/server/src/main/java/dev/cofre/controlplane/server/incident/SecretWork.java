package dev.cofre.controlplane.server.incident;

import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.State;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.server.store.Transaction;
import java.time.Instant;
import java.util.Optional;

/**
 * Sees to it that a secret gets a value that nobody knows, by a rotation or by its owner.
 * Stateless; within the caller's transaction.
 *
 * <p>Of two users in turn, a rotation leaves the one alone that clients use, whose password is the
 * one that leaked. So it takes two: after the first, clients have another user; after the second,
 * what leaked opens nothing.
 */
final class SecretWork {
  private static final int ROTATIONS = 2;

  IncidentStep rotate(Transaction tx, Incident incident, IncidentStep step) {
    Optional<Secret> found = tx.secrets().find(incident.tenant(), step.subject());
    Optional<UserRotation> rotating = found.flatMap(secret -> tx.userRotations().find(secret.id()));
    if (rotating.isEmpty()) {
      return renew(tx, incident, step);
    }
    Secret secret = found.get();
    UserRotation rotation = rotating.get();
    tx.incidents().mark(secret.id(), (int) step.mark(), incident.id(), tx.now());
    long published = tx.secretVersions().newest(secret.id()) - step.mark();
    long more = Math.max(0, published - step.amount());
    if (published >= ROTATIONS) {
      return step.gone(
          State.DONE,
          more,
          "rotated: both users, "
              + String.join(" and ", rotation.draft().users())
              + ", have new passwords, version "
              + secret.currentVersion()
              + " is read; sessions that were open go on until they are ended in the system",
          tx.now());
    }
    if (rotation.isClaimed(tx.now()) || rotation.nextUser() != null) {
      return step.gone(State.WAITING, more, atWork(rotation, published), tx.now());
    }
    Instant overlapEnds =
        rotation.rotatedAt() == null
            ? tx.now()
            : rotation.rotatedAt().plus(incident.draft().overlap());
    if (tx.now().isBefore(overlapEnds)) {
      return step.gone(
          State.WAITING,
          more,
          "readers have until "
              + overlapEnds
              + " to take version "
              + secret.currentVersion()
              + "; then "
              + rotation.changedUser()
              + " gets another password"
              + (published == 0 ? "" : ", and what leaked ends"),
          tx.now());
    }
    tx.userRotations().request(rotation, tx.now());
    return step.gone(State.WAITING, more, atWork(rotation, published), tx.now());
  }

  private static String atWork(UserRotation rotation, long published) {
    return "rotation "
        + (published + 1)
        + " of "
        + ROTATIONS
        + " is at work, of "
        + rotation.changedUser()
        + (rotation.lastError() == null ? "" : "; it failed, and is tried again: ")
        + (rotation.lastError() == null ? "" : rotation.lastError());
  }

  /** Its owner is waited for, for as long as it takes. */
  IncidentStep renew(Transaction tx, Incident incident, IncidentStep step) {
    Optional<Secret> found = tx.secrets().find(incident.tenant(), step.subject());
    if (found.isEmpty()) {
      return step.gone(State.DONE, 0, "the secret is not there any more", tx.now());
    }
    Secret secret = found.get();
    // A rotation that was stopped half-way wrote versions of which none is the owner's.
    if (secret.currentVersion() > step.mark() + step.amount()
        && tx.secretVersions()
            .find(secret.id(), secret.currentVersion())
            .filter(version -> version.state() == SecretVersion.State.ACTIVE)
            .isPresent()) {
      return step.gone(
          State.DONE,
          1,
          secret.draft().owner() + " wrote version " + secret.currentVersion(),
          tx.now());
    }
    tx.incidents().mark(secret.id(), (int) step.mark(), incident.id(), tx.now());
    return step.gone(
        State.WAITING,
        0,
        "waits for "
            + secret.draft().owner()
            + " to change it where it opens something, and to write it: ./cofre secret put "
            + secret.name(),
        tx.now());
  }
}
