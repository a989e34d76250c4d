package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.server.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Makes grants on secrets. Stateless; works within the caller's transaction. */
public final class SecretGrantBook {
  /** The most grants on one secret. */
  public static final int ON_SECRET_MAX = 1_000;

  /** The most grants of one principal or group. */
  public static final int OF_PRINCIPAL_MAX = 10_000;

  private SecretGrantBook() {}

  /**
   * Writes that {@code reader} may read {@code secret}, new or in place of what was said before.
   *
   * @throws InvalidDocumentException when there is no such principal or group
   * @throws ProblemException {@code conflict} when there are too many
   */
  public static SecretGrant put(
      Transaction tx, Secret secret, String reader, Instant notAfter, String by) {
    return put(tx, secret.tenant(), secret.name(), reader, notAfter, by);
  }

  /** The same on what is called exactly {@code name}: a secret, or a role of an engine. */
  public static SecretGrant put(
      Transaction tx, String tenant, String name, String reader, Instant notAfter, String by) {
    if (!Resolution.exists(tx, tenant, reader)) {
      throw new InvalidDocumentException(
          List.of(new FieldError("reader", "names " + reader + ", which does not exist")));
    }
    SecretGrant grant = new SecretGrant(tenant, reader, name, notAfter, tx.now(), by);
    boolean isNew = tx.secretGrants().find(tenant, reader, name).isEmpty();
    if (isNew
        && (tx.secretGrants().countOn(tenant, name) >= ON_SECRET_MAX
            || tx.secretGrants().countOf(tenant, reader) >= OF_PRINCIPAL_MAX)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "a secret has at most "
              + ON_SECRET_MAX
              + " grants, and a principal or group "
              + OF_PRINCIPAL_MAX
              + "; grant it to a group, or take some back");
    }
    tx.secretGrants().put(grant);
    return grant;
  }

  /**
   * Checks that {@code owner} can be given a secret: whoever came later under that name would keep
   * it.
   *
   * @throws InvalidDocumentException when there is no such principal or group
   */
  public static void requireOwner(Transaction tx, String tenant, String owner) {
    if (!Resolution.exists(tx, tenant, owner)) {
      throw new InvalidDocumentException(
          List.of(new FieldError("owner", "names " + owner + ", which does not exist")));
    }
  }

  /** Who can read by {@code grant}, also through groups. */
  public static Set<String> beneficiaries(Transaction tx, SecretGrant grant) {
    if (!grant.principal().startsWith(PolicyStatement.GROUP)) {
      return Set.of(grant.principal());
    }
    String name = grant.principal().substring(PolicyStatement.GROUP.length());
    return tx.groups()
        .find(grant.tenant(), name)
        .map(group -> GroupMembers.of(tx, group))
        .orElse(Set.of());
  }
}
