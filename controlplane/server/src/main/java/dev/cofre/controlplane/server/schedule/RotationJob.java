package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.server.keys.RotationBatch;
import dev.cofre.controlplane.server.store.DueKeys;
import dev.cofre.controlplane.server.store.Store;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Rotates keys whose current version is older than their class's interval, or has used most of one
 * of its limits.
 */
final class RotationJob implements Job {
  private static final System.Logger LOG = System.getLogger(RotationJob.class.getName());

  /** So few that a batch holds up nobody for long. */
  private static final int BATCH = 50;

  private final Store store;
  private final RotationBatch batch;
  private final Duration useAge;

  /**
   * Of the keys of {@code store}, by {@code batch}.
   *
   * @param useAge younger versions are not replaced for how much they have encrypted
   */
  RotationJob(Store store, RotationBatch batch, Duration useAge) {
    this.store = store;
    this.batch = batch;
    this.useAge = useAge;
  }

  @Override
  public String name() {
    return "rotate-keys";
  }

  @Override
  public int runBatch() {
    Set<UUID> old = due(DueKeys::rotation);
    Set<UUID> used = due((due, rules, limit) -> due.rotationByUse(rules, useAge, limit));
    used.removeAll(old);
    List<UUID> ids = together(old, used);
    used.retainAll(ids);
    if (!used.isEmpty()) {
      LOG.log(
          Level.INFO,
          "{0} keys are rotated early, for how much they have encrypted: {1}",
          used.size(),
          used);
    }
    return ids.isEmpty() ? 0 : batch.run(ids, SystemAudit.ACTOR);
  }

  /** One batch: half of it is for old versions, whatever uses the others up, and half for those. */
  static List<UUID> together(Collection<UUID> old, Collection<UUID> used) {
    int ofUsed = Math.min(used.size(), Math.max(BATCH / 2, BATCH - old.size()));
    return Stream.concat(old.stream().limit(BATCH - ofUsed), used.stream().limit(ofUsed)).toList();
  }

  /** Some keys of all classes. */
  private Set<UUID> due(Due which) {
    return store.read(
        tx -> {
          Set<UUID> ids = new LinkedHashSet<>();
          for (DataClassRules rules : tx.dataClasses().all()) {
            if (ids.size() < BATCH) {
              ids.addAll(which.of(tx.due(), rules, BATCH - ids.size()));
            }
          }
          return ids;
        });
  }

  /** A question that is asked for each class. */
  @FunctionalInterface
  private interface Due {
    List<UUID> of(DueKeys due, DataClassRules rules, int limit);
  }
}
