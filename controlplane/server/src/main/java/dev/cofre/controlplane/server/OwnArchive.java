package dev.cofre.controlplane.server;

import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.UnprovenRecordsException;
import dev.cofre.engine.ship.ShipTarget;
import java.io.IOException;

/** Takes the control plane's own audit log into the archive beside it. Thread-safe. */
record OwnArchive(Archive archive) implements ShipTarget {
  @Override
  public long send(ShippedRecords records) throws IOException {
    String origin = records.head().checkpoint().origin();
    if (!Archive.isOrigin(origin)) {
      throw new IOException("the node's name cannot be archived: " + origin);
    }
    try {
      archive.keepKey(origin, records.key());
      return archive.take(records);
    } catch (UnprovenRecordsException e) {
      throw new RefusedException(e.getMessage());
    }
  }
}
