package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.GroupMembers;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a change of a group is about, for those who approve it. Stateless. Who gets or loses a role
 * by it has no say in it, for or against.
 */
final class GroupMatter {
  private GroupMatter() {}

  /** That {@code group} is made. */
  static ApprovalMatter made(Transaction tx, Group group) {
    return matter(
        null,
        0,
        group.roles(),
        GroupMembers.of(tx, group),
        Difference.made(Documents.group(group)));
  }

  /**
   * That {@code before} becomes {@code after}. A change of members counts with all roles that
   * membership gives, by this group and by those that hold it; one of roles is about every member.
   */
  static ApprovalMatter changed(Transaction tx, Group before, Group after) {
    Set<String> members = GroupMembers.of(tx, before);
    Set<String> membersAfter = GroupMembers.of(tx, after);
    Set<Role> roles = PrincipalMatter.difference(before.roles(), after.roles());
    Set<String> concerned = PrincipalMatter.difference(members, membersAfter);
    if (!roles.isEmpty()) {
      concerned = union(members, membersAfter);
    }
    if (!Set.copyOf(before.members()).equals(Set.copyOf(after.members()))) {
      roles = union(union(before.roles(), after.roles()), GroupMembers.rolesFromAbove(tx, before));
    }
    return matter(
        PrincipalMatter.subject(before.name(), before.stamp()),
        before.stamp().revision(),
        roles,
        concerned,
        Difference.between(Documents.group(before), Documents.group(after)));
  }

  /** That {@code group} is removed. */
  static ApprovalMatter removed(Transaction tx, Group group) {
    return matter(
        PrincipalMatter.subject(group.name(), group.stamp()),
        group.stamp().revision(),
        group.roles(),
        GroupMembers.of(tx, group),
        Difference.removed(Documents.group(group)));
  }

  private static ApprovalMatter matter(
      String subject, long revision, Set<Role> roles, Set<String> concerned, List<String> changes) {
    return new ApprovalMatter(subject, revision, Set.of(), roles, concerned, changes);
  }

  private static <T> Set<T> union(Set<T> a, Set<T> b) {
    Set<T> both = new HashSet<>(a);
    both.addAll(b);
    return both;
  }
}
