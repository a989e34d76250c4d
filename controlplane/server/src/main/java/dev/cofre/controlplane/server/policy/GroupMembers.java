package dev.cofre.controlplane.server.policy;

import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Who is in a group, and what else being in it gives. Stateless. */
public final class GroupMembers {
  private GroupMembers() {}

  /**
   * The principals in {@code group}, also through other groups; at most {@link
   * GroupBook#PRINCIPALS_MAX} for one that {@link GroupBook} has let pass.
   */
  public static Set<String> of(Transaction tx, Group group) {
    GroupWalk walk = new GroupWalk(tx, group);
    walk.run();
    return walk.principals();
  }

  /** The roles of all groups that hold {@code group}, also through other groups. */
  public static Set<Role> rolesFromAbove(Transaction tx, Group group) {
    PolicyEvaluator live = tx.live().policy();
    Set<Role> roles = new HashSet<>();
    Set<String> seen = new HashSet<>();
    Deque<String> due = new ArrayDeque<>(live.groupsListing(group.tenant(), group.reference()));
    while (!due.isEmpty()) {
      String name = due.remove();
      if (seen.add(name)) {
        tx.groups().find(group.tenant(), name).ifPresent(above -> roles.addAll(above.roles()));
        due.addAll(live.groupsListing(group.tenant(), PolicyStatement.GROUP + name));
      }
    }
    return roles;
  }
}
