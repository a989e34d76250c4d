package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.GroupDraft;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.RoleConflicts;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalCondition;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.store.WireForm;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes groups whose nesting ends, is not deep, and gives nobody two roles that exclude each other.
 * Stateless; works within the caller's transaction.
 */
public final class GroupBook {
  /** The most groups of a tenant. */
  public static final int GROUPS_MAX = 10_000;

  /** How deep groups may stand in groups. */
  public static final int DEPTH_MAX = 8;

  /** The most principals in a group and in the groups in it. */
  public static final int PRINCIPALS_MAX = 10_000;

  private GroupBook() {}

  /**
   * Writes the group that {@code draft} describes.
   *
   * @throws InvalidDocumentException naming what is wrong with its members or roles
   * @throws ProblemException {@code conflict} when the name is taken
   */
  public static Group add(Transaction tx, GroupDraft draft, String tenant, String by) {
    if (tx.groups().find(tenant, draft.name()).isPresent()) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "there is a group named " + draft.name() + "; choose another name");
    }
    if (tx.groups().count(tenant) >= GROUPS_MAX) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "a tenant holds at most " + GROUPS_MAX + " groups; delete some");
    }
    Group group =
        new Group(
            tenant, draft.name(), draft.members(), draft.roles(), Stamp.created(tx.now(), by));
    Set<String> principals = check(tx, group);
    dropOfNewAdmins(tx, group, principals);
    tx.groups().insert(group);
    return group;
  }

  /**
   * Makes {@code group} what {@code draft} describes.
   *
   * @throws InvalidDocumentException naming what is wrong with its members or roles
   */
  public static Group change(Transaction tx, Group group, GroupDraft draft, String by) {
    Group changed =
        new Group(
            group.tenant(),
            group.name(),
            draft.members(),
            draft.roles(),
            group.stamp().changed(tx.now(), by));
    Set<String> principals = check(tx, changed);
    dropOfNewAdmins(tx, changed, principals);
    tx.groups().update(changed);
    return changed;
  }

  /**
   * Removes {@code group}.
   *
   * @throws ProblemException {@code conflict} while a policy or another group names it
   */
  public static void remove(Transaction tx, Group group) {
    References.requireNone(tx, group.tenant(), group.reference());
    tx.groups().delete(group);
  }

  /** The principals in it. */
  private static Set<String> check(Transaction tx, Group group) {
    List<FieldError> errors = new ArrayList<>();
    Set<String> principals = Set.of();
    for (String member : group.members()) {
      if (!Resolution.exists(tx, group.tenant(), member) && !member.equals(group.reference())) {
        errors.add(new FieldError("members", "names " + member + ", which does not exist"));
      }
    }
    if (errors.isEmpty()) {
      GroupWalk walk = new GroupWalk(tx, group);
      String wrong = walk.run();
      if (wrong != null) {
        errors.add(new FieldError("members", wrong));
      } else {
        principals = walk.principals();
        conflict(tx, group, principals).ifPresent(errors::add);
      }
    }
    if (!errors.isEmpty()) {
      throw new InvalidDocumentException(errors);
    }
    return principals;
  }

  /**
   * Takes away the credentials of those whom {@code group} makes administrators: what they came by
   * as less than that must not be what an administrator comes by.
   */
  private static void dropOfNewAdmins(Transaction tx, Group group, Set<String> principals) {
    PolicyEvaluator before = tx.live().policy();
    PolicyEvaluator next = before.edit().putGroup(WireForm.of(group)).done();
    for (String id : principals) {
      PrincipalMetadata principal = tx.live().principal(id);
      if (principal != null && !isAdmin(before, principal) && isAdmin(next, principal)) {
        Principal stored = tx.principals().find(id).orElseThrow();
        tx.principals().dropCredentials(stored);
        tx.principals().credentialsChanged(stored);
      }
    }
  }

  private static boolean isAdmin(PolicyEvaluator policy, PrincipalMetadata principal) {
    return ApprovalCondition.isAdmin(
        policy.membership(principal).roles().stream().map(Role::of).collect(Collectors.toSet()));
  }

  /** A principal that would get two roles which exclude each other. */
  private static Optional<FieldError> conflict(
      Transaction tx, Group group, Set<String> principals) {
    PolicyEvaluator next = tx.live().policy().edit().putGroup(WireForm.of(group)).done();
    for (String id : principals) {
      PrincipalMetadata principal = tx.live().principal(id);
      Optional<List<Role>> pair =
          principal == null
              ? Optional.empty()
              : RoleConflicts.find(
                  next.membership(principal).roles().stream().map(Role::of).toList());
      if (pair.isPresent()) {
        return Optional.of(
            new FieldError(
                "roles",
                "would make "
                    + id
                    + " both "
                    + pair.get().get(0).wireName()
                    + " and "
                    + pair.get().get(1).wireName()
                    + ", which nobody may be together"));
      }
    }
    return Optional.empty();
  }
}
