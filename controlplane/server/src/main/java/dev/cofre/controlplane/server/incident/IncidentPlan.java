package dev.cofre.controlplane.server.incident;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.Action;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.policy.PrincipalBook;
import dev.cofre.controlplane.server.store.LeaseTable;
import dev.cofre.controlplane.server.store.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Says which steps a leak is answered by. Stateless; within the caller's transaction. */
final class IncidentPlan {
  private static final int PAGE = 500;

  /** One asks for what needs approval, another one approves. */
  private static final int ADMINS_LEAST = 2;

  private IncidentPlan() {}

  /**
   * The steps that answer {@code draft}; more may follow from what the archive tells.
   *
   * @throws ProblemException {@code not_found} when there is no such thing; {@code forbidden} for a
   *     node; {@code conflict} when too few security administrators would be left
   */
  static List<IncidentStep> steps(Transaction tx, String tenant, IncidentDraft draft) {
    String subject = draft.subject();
    return switch (draft.kind()) {
      case SECRET -> {
        List<IncidentStep> steps =
            new ArrayList<>(ofSecret(tx, Targets.secret(tx, tenant, subject), 1));
        steps.add(IncidentStep.planned(steps.size() + 1, Action.TRACE, subject, 0));
        yield steps;
      }
      case ROLE -> {
        requireRole(tx, tenant, subject);
        yield numbered(subject, Action.REVOKE_LEASES, Action.NOTIFY, Action.TRACE);
      }
      case PRINCIPAL -> {
        requireCuttable(tx, tenant, draft);
        yield numbered(
            subject,
            Action.CUT_OFF,
            Action.REVOKE_LEASES,
            Action.REVOKE_CERTIFICATES,
            Action.NOTIFY,
            Action.TRACE);
      }
    };
  }

  /** What is done with {@code secret}, whose values up to now are known to others. */
  static List<IncidentStep> ofSecret(Transaction tx, Secret secret, int from) {
    boolean isRotated = tx.userRotations().isRotated(secret.id());
    return List.of(
        IncidentStep.planned(
            from,
            isRotated ? Action.ROTATE : Action.RENEW,
            secret.name(),
            tx.secretVersions().newest(secret.id())),
        IncidentStep.planned(from + 1, Action.NOTIFY, secret.name(), 0));
  }

  private static List<IncidentStep> numbered(String subject, Action... actions) {
    List<IncidentStep> steps = new ArrayList<>();
    for (Action action : actions) {
      steps.add(IncidentStep.planned(steps.size() + 1, action, subject, 0));
    }
    return steps;
  }

  /** A role that was removed may have left leases. */
  private static void requireRole(Transaction tx, String tenant, String name) {
    SecretEngine engine =
        Targets.engine(tx, tenant, name).orElseThrow(() -> Targets.absent("engine"));
    LeaseTable.Filter leases =
        new LeaseTable.Filter(tenant, engine.id(), Targets.roleName(name), null, null, null);
    if (tx.dynamicRoles().find(engine.id(), Targets.roleName(name)).isEmpty()
        && tx.leases().holders(leases, Instant.EPOCH, 1).isEmpty()) {
      throw Targets.absent("role of the engine");
    }
  }

  private static void requireCuttable(Transaction tx, String tenant, IncidentDraft draft) {
    Principal principal =
        tx.principals()
            .find(draft.subject())
            .filter(found -> found.tenant().equals(tenant))
            .orElseThrow(() -> Targets.absent("principal"));
    PrincipalBook.requireNoNode(principal);
    requireAdminsLeft(tx, principal, one -> tx.incidents().isToBeCutOff(one));
  }

  /**
   * That no one person ends dual control: enough security administrators who can log in are left
   * without {@code principal}.
   *
   * @param others says of whom else that they do not count
   * @throws ProblemException {@code conflict} when too few are
   */
  static void requireAdminsLeft(Transaction tx, Principal principal, Predicate<Principal> others) {
    if (isAdmin(tx, principal) && !leavesAdmins(tx, principal, others)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "fewer than two security-admins who can log in would be left, so that nothing could be"
              + " approved any more; have another security-admin made and given a token first"
              + " (principal create, principal token, with approvals)");
    }
  }

  private static boolean isAdmin(Transaction tx, Principal principal) {
    return Subject.withGroupRoles(principal, tx.live().policy())
        .roles()
        .contains(Role.SECURITY_ADMIN);
  }

  private static boolean leavesAdmins(
      Transaction tx, Principal without, Predicate<Principal> others) {
    int left = 0;
    String after = "";
    List<Principal> page;
    do {
      page = tx.principals().page(without.tenant(), after, PAGE);
      for (Principal one : page) {
        after = one.id();
        if (!one.id().equals(without.id())
            && isAdmin(tx, one)
            && tx.principals().canLogIn(one.id())
            && !others.test(one)) {
          left++;
        }
      }
    } while (left < ADMINS_LEAST && page.size() == PAGE);
    return left >= ADMINS_LEAST;
  }
}
