package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.server.keys.RotationBatch;
import dev.cofre.controlplane.server.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Rotates keys whose current version is older than their class's interval. */
final class RotationJob implements Job {
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
    List<UUID> due =
        store.read(
            tx -> {
              List<UUID> ids = new ArrayList<>();
              for (DataClassRules rules : tx.dataClasses().all()) {
                if (ids.size() < BATCH) {
                  ids.addAll(tx.due().rotation(rules, BATCH - ids.size()));
                }
              }
              return ids;
            });
    return due.isEmpty() ? 0 : batch.run(due, SystemAudit.ACTOR);
  }
}
