package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a change of a principal is about, for those who approve it. Stateless. The principal itself
 * has no say in it, for or against.
 */
final class PrincipalMatter {
  private PrincipalMatter() {}

  /** That {@code principal} is made. */
  static ApprovalMatter made(Principal principal) {
    return matter(
        null,
        0,
        principal,
        principal.roles(),
        Difference.made(Documents.principal(principal).put("principal", principal.id())));
  }

  /** That {@code before} becomes {@code after}: the roles that only one of them has. */
  static ApprovalMatter changed(Principal before, Principal after) {
    Set<Role> roles = difference(before.roles(), after.roles());
    return matter(
        subject(before.id(), before.stamp()),
        before.stamp().revision(),
        before,
        roles,
        Difference.between(Documents.principal(before), Documents.principal(after)));
  }

  /** That {@code principal} is removed. */
  static ApprovalMatter removed(Principal principal) {
    return matter(
        subject(principal.id(), principal.stamp()),
        principal.stamp().revision(),
        principal,
        principal.roles(),
        Difference.removed(Documents.principal(principal)));
  }

  /**
   * That the token with {@code digest} is {@code principal}'s from now on. Called before that is
   * so.
   */
  static ApprovalMatter token(Transaction tx, Principal principal, byte[] digest) {
    return credential(
        tx, principal, List.of("+ token: \"sha256:" + HexFormat.of().formatHex(digest) + "\""));
  }

  /**
   * That {@code principal} gets another way to prove who it is: whoever has it gets all roles that
   * the principal has, also by groups. Who was cut off because of a leak is no newcomer: its rights
   * are still there for whoever gets its next credential. Called before it has it.
   */
  static ApprovalMatter credential(Transaction tx, Principal principal, List<String> changes) {
    return new ApprovalMatter(
        subject(principal.id(), principal.stamp()),
        principal.stamp().revision(),
        Set.of(),
        Subject.withGroupRoles(principal, tx.live().policy()).roles(),
        Set.of(principal.id()),
        tx.principals().hasCredentials(principal.id()) || tx.incidents().wasCutOff(principal),
        changes);
  }

  private static ApprovalMatter matter(
      String subject, long revision, Principal principal, Set<Role> roles, List<String> changes) {
    return new ApprovalMatter(subject, revision, Set.of(), roles, Set.of(principal.id()), changes);
  }

  /** Tells what has {@code name} from what had it before, was removed and made again. */
  static String subject(String name, Stamp stamp) {
    return name + " of " + stamp.createdAt();
  }

  /** What is in one of the sets alone. */
  static <T> Set<T> difference(Set<T> a, Set<T> b) {
    Set<T> different = new HashSet<>(a);
    different.addAll(b);
    different.removeIf(item -> a.contains(item) && b.contains(item));
    return different;
  }
}
