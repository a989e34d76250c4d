package dev.cofre.controlplane.server.store;

import java.time.Clock;
import java.util.UUID;

/** Keys in a store of a test of another package, without an HSM. */
public final class StoredKeys {
  private StoredKeys() {}

  /** A key with one version that is in use; its id. */
  public static UUID make(Store store, String alias) {
    return new StoreFixture() {
      @Override
      public Store store() {
        return store;
      }

      @Override
      public Store reopened(Clock clock) {
        throw new UnsupportedOperationException("it stays open");
      }
    }.makeKey(alias).id();
  }
}
