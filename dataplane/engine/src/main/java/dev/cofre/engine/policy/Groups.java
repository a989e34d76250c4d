package dev.cofre.engine.policy;

import dev.cofre.contract.snapshot.wire.Group;
import dev.cofre.engine.persistent.PersistentMap;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Who is in which group. Immutable: a change makes another one. */
final class Groups {
  /** How a group that is a member, or that a policy names, is written. */
  static final String PREFIX = "group:";

  static final Groups NONE = new Groups(PersistentMap.empty(), PersistentMap.empty());

  /** More than the control plane lets anybody be in. */
  private static final int GROUPS_OF_ONE_MAX = 1_000;

  private final PersistentMap<String, Node> groups;

  /** Tenant and member to the names of the groups that list it. */
  private final PersistentMap<Object, String[]> listedIn;

  private record Node(String tenant, String name, List<String> members, List<String> roles) {}

  private Groups(PersistentMap<String, Node> groups, PersistentMap<Object, String[]> listedIn) {
    this.groups = groups;
    this.listedIn = listedIn;
  }

  /** The groups with {@code group} in place of what it was before. */
  Groups with(Group group) {
    return change(
        group.getId(),
        new Node(
            group.getTenant(),
            group.getName(),
            group.getMembersList().stream().map(String::intern).distinct().toList(),
            group.getRolesList().stream().map(String::intern).toList()));
  }

  /** The groups without the one with {@code id}. */
  Groups without(String id) {
    return change(id, null);
  }

  private Groups change(String id, Node next) {
    PersistentMap.Editor<String, Node> nodes = groups.edit();
    PersistentMap.Editor<Object, String[]> listed = listedIn.edit();
    Node before = next == null ? nodes.remove(id) : nodes.put(id, next);
    if (before != null) {
      before.members.forEach(member -> unlist(listed, before, member));
    }
    if (next != null) {
      next.members.forEach(member -> list(listed, next, member));
    }
    return new Groups(nodes.done(), listed.done());
  }

  private static void list(PersistentMap.Editor<Object, String[]> listed, Node in, String member) {
    Object key = PolicyIndex.key(in.tenant, member);
    String[] before = listed.get(key);
    String[] after = before == null ? new String[1] : Arrays.copyOf(before, before.length + 1);
    after[after.length - 1] = in.name;
    listed.put(key, after);
  }

  private static void unlist(
      PersistentMap.Editor<Object, String[]> listed, Node in, String member) {
    Object key = PolicyIndex.key(in.tenant, member);
    String[] before = listed.get(key);
    String[] after =
        before == null
            ? new String[0]
            : Arrays.stream(before).filter(name -> !name.equals(in.name)).toArray(String[]::new);
    if (after.length == 0) {
      listed.remove(key);
    } else {
      listed.put(key, after);
    }
  }

  /** The names of the groups that list {@code member} themselves. */
  List<String> listing(String tenant, String member) {
    String[] names = listedIn.get(PolicyIndex.key(tenant, member));
    return names == null ? List.of() : List.of(names);
  }

  /** Whom {@code subject} counts as. */
  Membership of(PolicyEvaluator.Subject subject) {
    if (groups.size() == 0) {
      return new Membership(Set.of(subject.id()), subject.roles());
    }
    Set<String> references = new LinkedHashSet<>();
    Set<String> roles = new HashSet<>(subject.roles());
    Deque<String> open = new ArrayDeque<>();
    references.add(subject.id());
    open.add(subject.id());
    while (!open.isEmpty() && references.size() < GROUPS_OF_ONE_MAX) {
      String[] in = listedIn.get(PolicyIndex.key(subject.tenant(), open.poll()));
      for (int i = 0; in != null && i < in.length; i++) {
        if (references.add(PREFIX + in[i])) {
          open.add(PREFIX + in[i]);
          roles.addAll(groups.get(subject.tenant() + "/" + in[i]).roles);
        }
      }
    }
    return new Membership(references, roles);
  }
}
