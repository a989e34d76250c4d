package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which engines and leases a principal knows of: security-admin and auditor of all, an app-owner of
 * its own engines and their leases, a workload of its own leases. Stateless.
 */
public final class EngineAccess {
  private EngineAccess() {}

  /** The engine {@code name}, when {@code caller} may know of it. */
  public static Optional<SecretEngine> visible(Transaction tx, Principal caller, String name) {
    if (!SecretEngineDraft.NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    return tx.engines()
        .find(caller.tenant(), name)
        .filter(engine -> Permissions.seesAllSecrets(caller) || owns(tx, caller, engine));
  }

  private static boolean owns(Transaction tx, Principal caller, SecretEngine engine) {
    return caller.roles().contains(Role.APP_OWNER)
        && SecretAccess.references(tx, caller).contains(engine.draft().owner());
  }

  /** The first {@code limit} engines that {@code caller} may know of, by name. */
  public static List<SecretEngine> page(Transaction tx, Principal caller, String after, int limit) {
    return Permissions.seesAllSecrets(caller)
        ? tx.engines().page(caller.tenant(), after, limit)
        : tx.engines()
            .pageOwned(caller.tenant(), SecretAccess.references(tx, caller), after, limit);
  }

  /** The lease {@code id}, when {@code caller} may know of it. */
  public static Optional<Lease> visibleLease(Transaction tx, Principal caller, UUID id) {
    return tx.leases()
        .find(id)
        .filter(lease -> lease.tenant().equals(caller.tenant()))
        .filter(
            lease ->
                Permissions.seesAllSecrets(caller)
                    || (caller.roles().contains(Role.WORKLOAD)
                        && lease.principal().equals(caller.id()))
                    || tx.engines()
                        .find(lease.engine())
                        .filter(engine -> owns(tx, caller, engine))
                        .isPresent());
  }

  /** Whose engines' leases {@code caller} knows of; null: everybody's. */
  public static Collection<String> owners(Transaction tx, Principal caller) {
    return Permissions.seesAllSecrets(caller) || caller.roles().contains(Role.WORKLOAD)
        ? null
        : SecretAccess.references(tx, caller);
  }

  /** Whose leases alone {@code caller} knows of; null: not of one principal's alone. */
  public static String holder(Principal caller) {
    return !Permissions.seesAllSecrets(caller) && caller.roles().contains(Role.WORKLOAD)
        ? caller.id()
        : null;
  }

  /** That there is no such {@code what}, for who may not see it too. */
  public static ProblemException notFound(String what) {
    return new ProblemException(
        ErrorCode.NOT_FOUND, "there is no such " + what + ", or you may not see it");
  }
}
