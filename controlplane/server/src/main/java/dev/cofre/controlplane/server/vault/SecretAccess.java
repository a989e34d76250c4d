package dev.cofre.controlplane.server.vault;

import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which secrets a principal knows of: security-admin and auditor of all, an app-owner of its own, a
 * workload of those that it has a grant on, and nobody else of any. Stateless.
 */
public final class SecretAccess {
  private SecretAccess() {}

  /** What no secret can be called is not asked of the store, which may not even take it. */
  private static boolean isName(String name) {
    return SecretDraft.NAME.matcher(name).matches();
  }

  /** Whom {@code principal} counts as: itself, and the groups that it is in. */
  public static Set<String> references(Transaction tx, Principal principal) {
    return tx.live().policy().membership(Subject.of(principal)).references();
  }

  /**
   * Whether {@code reader} has a grant on the secret {@code name}, or on a group that it is in.
   * What that costs does not depend on whether there is such a secret.
   */
  public static boolean mayRead(Transaction tx, Principal reader, String name) {
    if (!reader.roles().contains(Role.WORKLOAD) || !isName(name)) {
      return false;
    }
    String tenant = reader.tenant();
    Set<String> references = references(tx, reader);
    return tx.secretGrants().isGranted(tenant, references, name, tx.now())
        || tx.secretGroups()
            .isInOneOf(tenant, tx.secretGrants().groups(tenant, references, tx.now()), name);
  }

  /** The same for a role of an engine, which is named {@code ENGINE/ROLE}. */
  public static boolean mayLease(Transaction tx, Principal reader, String role) {
    return reader.roles().contains(Role.WORKLOAD)
        && tx.secretGrants().isGranted(reader.tenant(), references(tx, reader), role, tx.now());
  }

  /** The secret {@code name}, when {@code caller} may know of it. */
  public static Optional<Secret> visible(Transaction tx, Principal caller, String name) {
    String tenant = caller.tenant();
    if (!isName(name)) {
      return Optional.empty();
    }
    if (Permissions.seesAllSecrets(caller)
        || (caller.roles().contains(Role.WORKLOAD) && mayRead(tx, caller, name))) {
      return tx.secrets().find(tenant, name);
    }
    return caller.roles().contains(Role.APP_OWNER)
        ? tx.secrets().findOwned(tenant, name, references(tx, caller))
        : Optional.empty();
  }

  /**
   * Whether {@code caller} answers for {@code secret}, or sees all: a reader of it does not learn
   * who and what else is about it.
   */
  public static boolean keeps(Transaction tx, Principal caller, Secret secret) {
    return Permissions.seesAllSecrets(caller)
        || (caller.roles().contains(Role.APP_OWNER)
            && references(tx, caller).contains(secret.draft().owner()));
  }

  /** The first {@code limit} that {@code caller} may know of, by name after {@code after}. */
  public static List<Secret> page(Transaction tx, Principal caller, String after, int limit) {
    String tenant = caller.tenant();
    if (Permissions.seesAllSecrets(caller)) {
      return tx.secrets().page(tenant, after, limit);
    }
    Set<String> references = references(tx, caller);
    return caller.roles().contains(Role.WORKLOAD)
        ? tx.secrets().pageGranted(tenant, references, tx.now(), after, limit)
        : tx.secrets().pageOwned(tenant, references, after, limit);
  }
}
