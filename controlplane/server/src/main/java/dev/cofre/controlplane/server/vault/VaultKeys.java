package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.snapshot.KeyCondition;
import dev.cofre.engine.snapshot.KeyMetadata;

/**
 * The KMS keys that protect secrets: in each tenant, for each environment, the key with the alias
 * {@code vault-ENVIRONMENT}, which a crypto-officer makes, rotates, disables and destroys as any
 * other. Stateless.
 */
public final class VaultKeys {
  private static final String ALIAS = "vault-";

  private VaultKeys() {}

  /** The alias of the vault key of {@code environment}. */
  public static String alias(Environment environment) {
    return ALIAS + environment.wireName();
  }

  /**
   * The key that seals new values.
   *
   * @throws ProblemException {@code conflict} when there is none that fits, or the code of the
   *     state that it is in
   */
  public static KeyMetadata sealing(Transaction tx, String tenant, Environment environment) {
    String alias = alias(environment);
    KeyMetadata key = tx.live().key(tenant, alias);
    if (key == null || !key.environment().equals(environment.wireName())) {
      throw conflict(
          "there is no key "
              + alias
              + " of the environment "
              + environment.wireName()
              + ": a crypto-officer makes it, of protection HSM (cofre key create)");
    }
    KeyMetadata.Version version = key.versions().get(key.currentVersion());
    if (version == null || version.protection() != Protection.HSM) {
      throw conflict("the key " + alias + " is not of protection HSM, as a vault's key must be");
    }
    if (!key.encrypts()) {
      throw refusal(alias, key.condition().encrypts() ? version.condition() : key.condition());
    }
    if (tx.now().toEpochMilli() >= key.expiresAtMs()) {
      throw new ProblemException(
          ErrorCode.KEY_EXPIRED,
          "the key " + alias + " has expired; a crypto-officer can give it another expiresAt");
    }
    return key;
  }

  /**
   * The key that opens {@code envelope}.
   *
   * @param owner whose value it is, as a message names it: "secret db/password"
   * @throws ProblemException the code of the state that it is in, when that opens nothing
   * @throws DamagedValueException when it names none of the tenant's
   */
  public static KeyMetadata opening(Transaction tx, String tenant, String owner, byte[] envelope) {
    WrappedDataKey wrapped = WrappedDataKey.parse(envelope, 0);
    KeyMetadata key = wrapped == null ? null : tx.live().key(wrapped.keyId());
    KeyMetadata.Version version = key == null ? null : key.versions().get(wrapped.keyVersion());
    if (version == null || !key.tenant().equals(tenant)) {
      throw new DamagedValueException(
          "a stored value of the " + owner + " names no key version of its tenant");
    }
    if (!key.decrypts(version.number())) {
      throw refusal(
          key.alias(), key.condition().decrypts() ? version.condition() : key.condition());
    }
    return key;
  }

  private static ProblemException refusal(String alias, KeyCondition condition) {
    return new ProblemException(
        condition.refusal(), "the vault's key " + alias + " " + condition.detail());
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(ErrorCode.CONFLICT, detail);
  }
}
