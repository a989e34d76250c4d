package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.keys.Imports;

/** Ends imports whose time is over, and destroys the pairs of those that have ended. */
final class ImportEndJob implements Job {
  private final Imports imports;
  private final SystemAudit audit;

  ImportEndJob(Imports imports, SystemAudit audit) {
    this.imports = imports;
    this.audit = audit;
  }

  @Override
  public String name() {
    return "end-imports";
  }

  @Override
  public int runBatch() {
    return imports.endLeft(
        job -> audit.record(ManagementAction.IMPORT_EXPIRE, job.id().toString(), null),
        SystemAudit.ACTOR);
  }
}
