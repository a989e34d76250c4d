package dev.cofre.controlplane.server.store;

import java.time.Clock;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgreSqlStoreTest extends StoreContract {
  @RegisterExtension static final PostgreSqlServer SERVER = new PostgreSqlServer();

  private StoreLocation location;

  @Override
  StoreLocation freshDatabase() throws Exception {
    location = SERVER.freshDatabase();
    return location;
  }

  @Override
  public Store reopened(Clock clock) {
    return Store.open(location, clock);
  }
}
