package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.snapshot.KeyMetadata;

/**
 * A value as it is stored, with all that opens it. It holds nothing secret.
 *
 * @param key the vault's key that it names
 */
public record SealedSecret(Secret secret, SecretVersion version, KeyMetadata key, byte[] envelope) {
  /**
   * What {@code reader} asks for.
   *
   * @param number the version; 0: the current one
   * @throws ProblemException {@code not_found}, for who has no grant the same whether there is such
   *     a secret or not; {@code conflict} when it has expired; the code of the state of the vault's
   *     key when that opens nothing
   * @throws DamagedValueException when the stored value names no such key
   */
  public static SealedSecret find(Transaction tx, Principal reader, String name, int number) {
    if (!SecretAccess.mayRead(tx, reader, name)) {
      throw notFound();
    }
    Secret secret = tx.secrets().find(reader.tenant(), name).orElseThrow(SealedSecret::notFound);
    requireLive(tx, secret);
    return of(tx, secret, number == 0 ? secret.currentVersion() : number);
  }

  /**
   * Checks that the time of {@code secret} is not over.
   *
   * @throws ProblemException {@code conflict}
   */
  public static void requireLive(Transaction tx, Secret secret) {
    if (secret.isExpired(tx.now())) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "the secret expired at "
              + secret.draft().expiresAt()
              + "; its owner renews it and gives it another expiresAt (cofre secret update)");
    }
  }

  /** The version {@code number} of {@code secret}; the same failures. */
  public static SealedSecret of(Transaction tx, Secret secret, int number) {
    SecretVersion version =
        tx.secretVersions()
            .find(secret.id(), number)
            .orElseThrow(() -> gone("the secret has no version " + number));
    if (version.state() == SecretVersion.State.DELETED) {
      throw gone("version " + number + " of the secret is deleted; its owner can undelete it");
    }
    byte[] envelope =
        tx.secretVersions()
            .envelope(secret.id(), number)
            .orElseThrow(() -> gone("version " + number + " of the secret was destroyed"));
    KeyMetadata key = VaultKeys.opening(tx, secret.tenant(), "secret " + secret.name(), envelope);
    return new SealedSecret(secret, version, key, envelope);
  }

  /** What who may not know of a secret is told, be it there or not. */
  public static ProblemException notFound() {
    return gone("there is no such secret, or you may not see it; check the name");
  }

  private static ProblemException gone(String detail) {
    return new ProblemException(ErrorCode.NOT_FOUND, detail);
  }
}
