package dev.cofre.cli.code;

import java.util.List;

/**
 * What is to be done so that the service has what the files say. Immutable.
 *
 * @param changes in the order in which they are to be done
 * @param unchanged how many objects are as the files say
 * @param unmanaged the titles of objects, of the files' kinds, that no file and no scope names; the
 *     first {@link #UNMANAGED_MAX}
 * @param unmanagedCount how many there are
 */
public record Plan(
    List<Change> changes, int unchanged, List<String> unmanaged, long unmanagedCount) {
  /** How many unmanaged objects are named. */
  public static final int UNMANAGED_MAX = 50;

  /** Takes copies. */
  public Plan {
    changes = List.copyOf(changes);
    unmanaged = List.copyOf(unmanaged);
  }

  /** Whether the service has something else than the files say. */
  public boolean isDrift() {
    return !changes.isEmpty();
  }
}
