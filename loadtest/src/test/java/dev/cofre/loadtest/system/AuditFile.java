package dev.cofre.loadtest.system;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Reads a data plane's audit log as it stands on the disk. */
final class AuditFile {
  private AuditFile() {}

  /** The ids of all requests in the log of {@code deployment}, every record of which is whole. */
  static Set<String> requestIds(Deployment deployment) throws Exception {
    return requestIds(Path.of(deployment.settings(Cofre.DATA_PLANE).get("audit.directory")));
  }

  /** The same of the log in {@code folder}. */
  static Set<String> requestIds(Path folder) throws Exception {
    KillTest.assertWhole(folder);
    Set<String> ids = new HashSet<>();
    for (AuditEvent event : AuditLogReader.events(folder)) {
      ids.add(event.requestId());
    }
    return ids;
  }
}
