package dev.cofre.controlplane.server.policy;

import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through a group and all groups in it, each once, however often it is held. Not thread-safe.
 */
final class GroupWalk {
  private final Transaction tx;
  private final Group root;
  private final List<String> way = new ArrayList<>();
  private final Map<String, Integer> depths = new HashMap<>();
  private final Set<String> principals = new HashSet<>();

  /** A walk through {@code root} as it is to be, which need not be stored. */
  GroupWalk(Transaction tx, Group root) {
    this.tx = tx;
    this.root = root;
  }

  /** All principals that were met. */
  Set<String> principals() {
    return principals;
  }

  /** What is wrong, to be read after "members"; null when nothing is. */
  String run() {
    String wrong = visit(root);
    if (wrong != null) {
      return wrong;
    }
    int above = above();
    return above + depths.get(root.name()) <= GroupBook.DEPTH_MAX
        ? null
        : "stand more than "
            + GroupBook.DEPTH_MAX
            + " groups deep, with the groups that hold this one";
  }

  private String visit(Group group) {
    way.add(group.name());
    int depth = 1;
    for (String member : group.members()) {
      if (!member.startsWith(PolicyStatement.GROUP)) {
        principals.add(member);
        if (principals.size() > GroupBook.PRINCIPALS_MAX) {
          return "are more than " + GroupBook.PRINCIPALS_MAX + " principals, with those of groups";
        }
        continue;
      }
      String name = member.substring(PolicyStatement.GROUP.length());
      if (way.contains(name)) {
        return "make a cycle of groups: " + String.join(" > ", way) + " > " + name;
      }
      if (way.size() == GroupBook.DEPTH_MAX) {
        return "stand more than "
            + GroupBook.DEPTH_MAX
            + " groups deep: "
            + String.join(" > ", way);
      }
      if (!depths.containsKey(name)) {
        Optional<Group> next = tx.groups().find(group.tenant(), name);
        String wrong = next.isEmpty() ? null : visit(next.get());
        if (wrong != null) {
          return wrong;
        }
      }
      depth = Math.max(depth, 1 + depths.getOrDefault(name, 0));
    }
    way.removeLast();
    depths.put(group.name(), depth);
    return null;
  }

  /** How many groups stand above each other that hold this one. */
  private int above() {
    PolicyEvaluator live = tx.live().policy();
    Set<String> level = Set.of(root.name());
    int above = 0;
    while (above <= GroupBook.DEPTH_MAX) {
      Set<String> next = new HashSet<>();
      for (String name : level) {
        next.addAll(live.groupsListing(root.tenant(), PolicyStatement.GROUP + name));
      }
      if (next.isEmpty()) {
        return above;
      }
      level = next;
      above++;
    }
    return above;
  }
}
