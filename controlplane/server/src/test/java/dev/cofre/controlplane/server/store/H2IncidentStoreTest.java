package dev.cofre.controlplane.server.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class H2IncidentStoreTest extends IncidentStoreContract {
  @TempDir Path directory;

  @Override
  StoreLocation freshDatabase() {
    return new StoreLocation("jdbc:h2:file:" + directory.resolve("store"), "cofre", "");
  }
}
