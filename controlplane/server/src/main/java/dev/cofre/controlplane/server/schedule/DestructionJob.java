package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.server.keys.Destruction;
import dev.cofre.controlplane.server.store.DueKeys.DueVersion;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.UUID;

/** Destroys keys and versions whose waiting period has ended. */
final class DestructionJob implements Job {
  private static final System.Logger LOG = System.getLogger(DestructionJob.class.getName());
  private static final int BATCH = 20;

  private final Store store;
  private final Destruction destruction;

  DestructionJob(Store store, Destruction destruction) {
    this.store = store;
    this.destruction = destruction;
  }

  @Override
  public String name() {
    return "destroy-keys";
  }

  @Override
  public int runBatch() {
    int done = 0;
    List<UUID> keys = store.read(tx -> tx.due().destruction(BATCH));
    for (UUID id : keys) {
      done += destroy(id, Tombstone.WHOLE_KEY);
    }
    List<DueVersion> versions = store.read(tx -> tx.due().versionDestruction(BATCH));
    for (DueVersion version : versions) {
      done += destroy(version.keyId(), version.number());
    }
    return done;
  }

  private int destroy(UUID id, int number) {
    try {
      return destruction.run(id, number, SystemAudit.ACTOR) ? 1 : 0;
    } catch (HsmException e) {
      LOG.log(Level.ERROR, "the key {0} could not be destroyed yet: {1}", id, e.getMessage());
      return 0;
    }
  }
}
