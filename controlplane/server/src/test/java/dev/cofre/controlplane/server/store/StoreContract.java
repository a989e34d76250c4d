package dev.cofre.controlplane.server.store;

import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What every database must do; each one runs it unchanged. */
abstract class StoreContract
    implements KeyContract,
        HalfMadeContract,
        RevisionContract,
        AccessContract,
        SecretContract,
        SecretExportContract,
        OdometerContract,
        AuditHeadContract {
  private Store store;

  abstract StoreLocation freshDatabase() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = Store.open(freshDatabase(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  public Store store() {
    return store;
  }
}
