package dev.cofre.controlplane.server.retention;

import dev.cofre.controlplane.server.store.PostgreSqlServer;
import dev.cofre.controlplane.server.store.StoreLocation;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgreSqlRetentionTest extends RetentionContract {
  @RegisterExtension static final PostgreSqlServer SERVER = new PostgreSqlServer();

  @Override
  StoreLocation freshDatabase() throws Exception {
    return SERVER.freshDatabase();
  }
}
