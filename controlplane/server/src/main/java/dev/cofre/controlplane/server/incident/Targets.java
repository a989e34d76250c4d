package dev.cofre.controlplane.server.incident;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.store.LeaseTable;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.Optional;

/** What incidents are about, as the store has it. Stateless; within the caller's transaction. */
final class Targets {
  private Targets() {}

  /** The engine of a role that is named {@code ENGINE/ROLE}. */
  static Optional<SecretEngine> engine(Transaction tx, String tenant, String role) {
    return tx.engines().find(tenant, role.substring(0, role.indexOf('/')));
  }

  /** The role's own name in {@code ENGINE/ROLE}. */
  static String roleName(String role) {
    return role.substring(role.indexOf('/') + 1);
  }

  /**
   * The leases that an incident of {@code kind} is about.
   *
   * @throws ProblemException {@code not_found} when the engine is gone
   */
  static LeaseTable.Filter leases(
      Transaction tx, String tenant, Incident.Kind kind, String subject) {
    if (kind == Incident.Kind.PRINCIPAL) {
      return new LeaseTable.Filter(tenant, null, null, subject, null, null);
    }
    SecretEngine engine = engine(tx, tenant, subject).orElseThrow(() -> absent("engine"));
    return new LeaseTable.Filter(tenant, engine.id(), roleName(subject), null, null, null);
  }

  /** Who answers for {@code subject}; empty when nobody does, or it is gone. */
  static Optional<String> owner(Transaction tx, String tenant, String subject) {
    return subject.contains("/")
        ? engine(tx, tenant, subject).map(engine -> engine.draft().owner())
        : tx.secrets().find(tenant, subject).map(secret -> secret.draft().owner());
  }

  /**
   * The secret {@code name}.
   *
   * @throws ProblemException {@code not_found}
   */
  static Secret secret(Transaction tx, String tenant, String name) {
    return tx.secrets().find(tenant, name).orElseThrow(() -> absent("secret"));
  }

  static ProblemException absent(String what) {
    return new ProblemException(ErrorCode.NOT_FOUND, "there is no such " + what);
  }
}
