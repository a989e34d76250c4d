package dev.cofre.controlplane.server.rotation;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.snapshot.KeyMetadata;

/**
 * Where the next value of a rotation goes.
 *
 * @param number the version that it is to be
 * @param key that seals it
 */
record Place(Secret secret, int number, KeyMetadata key) {
  /**
   * That of {@code rotation} as the store is now.
   *
   * @throws ProblemException when nothing may be published there
   */
  static Place of(Transaction tx, UserRotation rotation) {
    Secret secret = tx.secrets().find(rotation.secret()).orElseThrow();
    requireRead(tx, secret);
    return new Place(
        secret,
        tx.secretVersions().newest(secret.id()) + 1,
        VaultKeys.sealing(tx, secret.tenant(), secret.draft().environment()));
  }

  /** Who took the current value away from its readers did not mean them to get another one. */
  static void requireRead(Transaction tx, Secret secret) {
    boolean read =
        tx.secretVersions()
            .find(secret.id(), secret.currentVersion())
            .filter(version -> version.state() == SecretVersion.State.ACTIVE)
            .isPresent();
    if (!read) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "the secret's current version is deleted: undelete it, or stop the rotation and write"
              + " another");
    }
  }

  /**
   * Checks that what was made for this place can still go there.
   *
   * @param now the place as it is at the commit
   */
  void requireSame(Place now) {
    boolean same =
        number == now.number
            && key.id().equals(now.key.id())
            && key.currentVersion() == now.key.currentVersion();
    if (!same) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "the secret or the vault's key was changed meanwhile");
    }
  }
}
