package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.seal.Removed;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.store.AuditShippingTable.Shipping;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How far a log is in this archive. Immutable.
 *
 * @param state {@code current}, {@code late} or {@code stopped} as its node told; {@code elsewhere}
 *     when another control plane archives it; {@code never} when its node never sent any; {@code
 *     own} when no node sends it: the control plane's
 * @param missing events that its node has sealed and that are not here
 * @param extent the times of what is here
 * @param currentAt when nothing that its node had sealed was missing, the last time; null: not told
 * @param contactAt when its node was heard of last; null: not told
 * @param removed what retention has removed from its beginning
 */
public record LogState(
    String log,
    String state,
    long missing,
    Optional<Archive.Extent> extent,
    Instant currentAt,
    Instant contactAt,
    Optional<Removed> removed) {

  /** Whether all that its node had sealed lately is here. */
  public boolean isWhole() {
    return state.equals("own") || (state.equals("current") && missing == 0);
  }

  /** Whether retention has removed events of {@code fromNs}, nanoseconds since 1970, or later. */
  public boolean isRemovedAfter(long fromNs) {
    return removed
        .map(
            gone ->
                !gone.newest()
                    .isBefore(
                        Instant.ofEpochSecond(
                            Math.floorDiv(fromNs, 1_000_000_000L),
                            Math.floorMod(fromNs, 1_000_000_000L))))
        .orElse(false);
  }

  /**
   * The state of all logs that are known, by name.
   *
   * @param shipped what nodes told
   * @param expected the logs of the nodes that are known
   */
  public static List<LogState> all(Archive archive, List<Shipping> shipped, List<String> expected) {
    Map<String, Shipping> told =
        shipped.stream().collect(Collectors.toMap(Shipping::origin, Function.identity()));
    Set<String> archived = Set.copyOf(archive.origins());
    TreeSet<String> names = new TreeSet<>(archived);
    names.addAll(told.keySet());
    names.addAll(expected);
    List<LogState> states = new ArrayList<>();
    for (String name : names) {
      states.add(of(archive, name, told.get(name), !archived.contains(name)));
    }
    return states;
  }

  private static LogState of(Archive archive, String name, Shipping told, boolean isAbsent) {
    Optional<Archive.Extent> extent = archive.extent(name);
    Optional<Removed> removed = archive.removed(name);
    if (told == null) {
      return new LogState(name, isAbsent ? "never" : "own", 0, extent, null, null, removed);
    }
    boolean here = told.archive().equals(archive.id());
    return new LogState(
        name,
        here ? told.state() : "elsewhere",
        Math.max(0, told.sealed() - archive.archived(name)),
        extent,
        told.currentAt(),
        told.contactAt(),
        removed);
  }
}
