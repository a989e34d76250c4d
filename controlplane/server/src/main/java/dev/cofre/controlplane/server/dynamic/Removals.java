package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Removes several credentials by one login: together those that can go at once, and each of the
 * others by itself, so that one which cannot be removed holds no other up. Stateless.
 */
public final class Removals {
  private static final System.Logger LOG = System.getLogger(Removals.class.getName());

  private Removals() {}

  /** A credential to be removed, and what is to become of what it owns. */
  public record Removal(String userName, OwnedObjects owned) {}

  /**
   * What became of them; one that is in neither was not tried. Immutable.
   *
   * @param gone the names of those that are removed
   * @param failed what stood in the way of others, by name
   * @param together how many of those that are gone went by one step
   */
  public record Outcome(Set<String> gone, Map<String, TargetException> failed, int together) {
    /** Keeps copies. */
    public Outcome {
      gone = Set.copyOf(gone);
      failed = Map.copyOf(failed);
    }
  }

  /**
   * Removes {@code all} by {@code session}. When the system does not answer, those that are left
   * are not tried.
   *
   * @param goesOn asked before each one that is removed by itself; false ends the work
   * @param onGone is told the names of those that went together, and then of each other one, as
   *     soon as they are gone: what others take long for is not to keep up what is known of them
   */
  public static Outcome remove(
      Session session, List<Removal> all, BooleanSupplier goesOn, Consumer<Set<String>> onGone) {
    Set<String> together = together(session, all);
    if (!together.isEmpty()) {
      onGone.accept(together);
    }
    Set<String> gone = new HashSet<>(together);
    Map<String, TargetException> failed = new HashMap<>();
    List<Removal> others = all.stream().filter(one -> !gone.contains(one.userName())).toList();
    boolean isThere = true;
    for (int i = 0; i < others.size() && isThere && goesOn.getAsBoolean(); i++) {
      Removal one = others.get(i);
      try {
        session.revoke(one.userName(), one.owned());
        gone.add(one.userName());
        onGone.accept(Set.of(one.userName()));
      } catch (TargetException e) {
        failed.put(one.userName(), e);
        isThere = e.kind() != TargetException.Kind.AWAY;
      }
    }
    return new Outcome(gone, failed, together.size());
  }

  private static Set<String> together(Session session, List<Removal> all) {
    // A forged name is refused by itself.
    List<String> names =
        all.stream().map(Removal::userName).filter(UserNames::isOurs).distinct().toList();
    if (names.size() < 2) {
      return Set.of();
    }
    try {
      return session.revokeTogether(names);
    } catch (TargetException e) {
      // One of them is in the way, or all are: each by itself shows which.
      LOG.log(
          Level.INFO, "{0} credentials are removed one by one: {1}", names.size(), e.getMessage());
      return Set.of();
    }
  }
}
