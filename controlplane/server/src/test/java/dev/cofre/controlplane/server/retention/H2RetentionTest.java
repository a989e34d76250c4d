package dev.cofre.controlplane.server.retention;

import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.StoreLocation;

class H2RetentionTest extends RetentionContract {
  @Override
  StoreLocation freshDatabase() {
    return H2Location.in(directory);
  }
}
