package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.PrincipalDraft;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.RoleConflicts;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalCondition;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Set;

/** Makes and changes principals. Stateless; works within the caller's transaction. */
public final class PrincipalBook {
  private PrincipalBook() {}

  /**
   * Writes the principal that {@code draft} describes, without a token.
   *
   * @throws ProblemException {@code conflict} when the id is taken, in whatever tenant
   */
  public static Principal add(Transaction tx, PrincipalDraft draft, String tenant, String by) {
    if (tx.principals().find(draft.id()).isPresent()) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "the id " + draft.id() + " is taken; choose another one");
    }
    Principal made = new Principal(draft.id(), tenant, draft.roles(), Stamp.created(tx.now(), by));
    tx.principals().insert(made);
    return made;
  }

  /**
   * Gives {@code principal} the roles of {@code draft}.
   *
   * @throws InvalidDocumentException when its groups give it a role that excludes one of them
   * @throws ProblemException {@code forbidden} when it is {@code by} itself, or a node
   */
  public static Principal change(
      Transaction tx, Principal principal, PrincipalDraft draft, String by) {
    requireOther(principal, by);
    Principal changed =
        new Principal(
            principal.id(),
            principal.tenant(),
            draft.roles(),
            principal.stamp().changed(tx.now(), by));
    Set<Role> all = Subject.withGroupRoles(changed, tx.live().policy()).roles();
    RoleConflicts.find(all)
        .ifPresent(
            pair -> {
              throw new InvalidDocumentException(
                  List.of(
                      new FieldError(
                          "roles",
                          "would make "
                              + principal.id()
                              + " both "
                              + pair.get(0).wireName()
                              + " and "
                              + pair.get(1).wireName()
                              + " through its groups, which nobody may be together")));
            });
    if (ApprovalCondition.isAdmin(all) && !ApprovalCondition.isAdmin(rolesBefore(tx, principal))) {
      // What it came by as less than that must not be what an administrator comes by.
      tx.principals().dropCredentials(principal);
    }
    tx.principals().update(changed);
    return changed;
  }

  private static Set<Role> rolesBefore(Transaction tx, Principal principal) {
    return Subject.withGroupRoles(principal, tx.live().policy()).roles();
  }

  /**
   * Removes {@code principal}; its token is refused from then on.
   *
   * @throws ProblemException {@code forbidden} when it is {@code by} itself, or a node; {@code
   *     conflict} while a policy or group names it
   */
  public static void remove(Transaction tx, Principal principal, String by) {
    requireOther(principal, by);
    References.requireNone(tx, principal.tenant(), principal.id());
    tx.principals().delete(principal);
  }

  /**
   * Gives {@code principal} the token with {@code digest}; the one before is refused from then on.
   *
   * @throws ProblemException {@code forbidden} when it is a node; {@code conflict} when it is
   *     somebody else's token
   */
  public static void replaceToken(Transaction tx, Principal principal, byte[] digest, String by) {
    requireNoNode(principal);
    if (tx.principals()
        .findByToken(digest)
        .filter(p -> !p.id().equals(principal.id()))
        .isPresent()) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "this token is in use already; generate another one");
    }
    Principal changed =
        new Principal(
            principal.id(),
            principal.tenant(),
            principal.roles(),
            principal.stamp().changed(tx.now(), by));
    tx.principals().replaceTokens(changed, digest, tx.now());
  }

  private static void requireOther(Principal principal, String by) {
    requireNoNode(principal);
    if (principal.id().equals(by)) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "nobody changes their own roles; ask another security-admin");
    }
  }

  /**
   * Refuses what gives a node a credential.
   *
   * @throws ProblemException {@code forbidden} when {@code principal} is a node
   */
  public static void requireNoNode(Principal principal) {
    if (principal.roles().contains(Role.NODE)) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "nodes are set up in the configuration of the planes");
    }
  }
}
