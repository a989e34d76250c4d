package dev.cofre.controlplane.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

class PostgreSqlIncidentStoreTest extends IncidentStoreContract {
  @RegisterExtension static final PostgreSqlServer SERVER = new PostgreSqlServer();

  @Override
  StoreLocation freshDatabase() throws Exception {
    return SERVER.freshDatabase();
  }
}
