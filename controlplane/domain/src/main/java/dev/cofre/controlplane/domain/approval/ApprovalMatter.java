package dev.cofre.controlplane.domain.approval;

import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Role;
import java.util.List;
import java.util.Set;

/**
 * What an operation is about, as far as approvals care. Immutable.
 *
 * @param subject the id of the object that is changed or removed; null when it is new
 * @param revision that object's revision; 0 when it is new. When it is another one at the time of
 *     running, the approval does not count any more
 * @param environments that are touched
 * @param roles that are given or taken
 * @param beneficiaries principals who gain by it, and so cannot approve it
 * @param furtherCredential whether somebody who can prove who they are gets another way to do so
 * @param changes what changes, for people: lines that begin with {@code + } or {@code - }
 */
public record ApprovalMatter(
    String subject,
    long revision,
    Set<Environment> environments,
    Set<Role> roles,
    Set<String> beneficiaries,
    boolean furtherCredential,
    List<String> changes) {

  /** One that is not about credentials. */
  public ApprovalMatter(
      String subject,
      long revision,
      Set<Environment> environments,
      Set<Role> roles,
      Set<String> beneficiaries,
      List<String> changes) {
    this(subject, revision, environments, roles, beneficiaries, false, changes);
  }

  /** Takes copies. */
  public ApprovalMatter {
    environments = Set.copyOf(environments);
    roles = Set.copyOf(roles);
    beneficiaries = Set.copyOf(beneficiaries);
    changes = List.copyOf(changes);
  }
}
