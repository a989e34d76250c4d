package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.server.keys.RotationBatch;
import dev.cofre.controlplane.server.store.DueKeys;
import dev.cofre.controlplane.server.store.Store;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

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

  RotationJob(Store store, RotationBatch batch) {
    this.store = store;
    this.batch = batch;
  }

  @Override
  public String name() {
    return "rotate-keys";
  }

  @Override
  public int runBatch() {
    Set<UUID> used = due(DueKeys::rotationByUse);
    if (!used.isEmpty()) {
      LOG.log(
          Level.INFO,
          "{0} keys are rotated early, for how much they have encrypted: {1}",
          used.size(),
          used);
    }
    Set<UUID> due = new LinkedHashSet<>(used);
    due.addAll(due(DueKeys::rotation));
    return due.isEmpty() ? 0 : batch.run(due.stream().limit(BATCH).toList(), SystemAudit.ACTOR);
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
