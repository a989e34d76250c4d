package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretGroupDraft;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which groups of secrets a principal knows of, and so of what is in them by name: security-admin
 * and auditor of all, an app-owner of its own, a workload of those that it has a grant on, and
 * nobody else of any. Stateless.
 */
public final class SecretGroupAccess {
  private SecretGroupAccess() {}

  /** The group {@code name}, when {@code caller} may know of it. */
  public static Optional<SecretGroup> visible(Transaction tx, Principal caller, String name) {
    if (!SecretGroupDraft.NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    if (Permissions.seesAllSecrets(caller) || mayRead(tx, caller, name)) {
      return tx.secretGroups().find(caller.tenant(), name);
    }
    return caller.roles().contains(Role.APP_OWNER)
        ? tx.secretGroups()
            .find(caller.tenant(), name)
            .filter(group -> SecretAccess.references(tx, caller).contains(group.draft().owner()))
        : Optional.empty();
  }

  /**
   * Whether {@code reader} has a grant on the group {@code name}. What that costs does not depend
   * on whether there is such a group.
   */
  public static boolean mayRead(Transaction tx, Principal reader, String name) {
    return reader.roles().contains(Role.WORKLOAD)
        && SecretGroupDraft.NAME.matcher(name).matches()
        && tx.secretGrants()
            .isGranted(
                reader.tenant(),
                SecretAccess.references(tx, reader),
                SecretGroup.reference(name),
                tx.now());
  }

  /** The first {@code limit} groups that {@code caller} may know of, by name. */
  public static List<SecretGroup> page(Transaction tx, Principal caller, String after, int limit) {
    String tenant = caller.tenant();
    if (Permissions.seesAllSecrets(caller)) {
      return tx.secretGroups().page(tenant, after, limit);
    }
    Set<String> references = SecretAccess.references(tx, caller);
    return caller.roles().contains(Role.WORKLOAD)
        ? tx.secretGroups().pageGranted(tenant, references, tx.now(), after, limit)
        : tx.secretGroups().pageOwned(tenant, references, after, limit);
  }

  /**
   * The first {@code limit} secrets in the group {@code name} that {@code caller} may know of: who
   * owns a group sees of others' secrets in it the names alone.
   *
   * @throws ProblemException {@code not_found} when the caller may not know of the group
   */
  public static List<Secret> secrets(
      Transaction tx, Principal caller, String name, String after, int limit) {
    SecretGroup group = visible(tx, caller, name).orElseThrow(SecretGroupAccess::notFound);
    return tx
        .secrets()
        .pageOfGroup(group.tenant(), group.name(), after, SecretGroup.MEMBERS_MAX)
        .stream()
        .filter(secret -> SecretAccess.visible(tx, caller, secret.name()).isPresent())
        .limit(limit)
        .toList();
  }

  /** What who may not know of a group is told, be it there or not. */
  public static ProblemException notFound() {
    return new ProblemException(
        ErrorCode.NOT_FOUND,
        "there is no such group of secrets, or you may not see it; check the name");
  }
}
