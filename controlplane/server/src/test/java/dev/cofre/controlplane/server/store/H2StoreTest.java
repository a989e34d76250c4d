package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.engine.config.ConfigException;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2StoreTest extends StoreContract {
  @TempDir Path directory;

  @Override
  StoreLocation freshDatabase() {
    return new StoreLocation("jdbc:h2:file:" + directory.resolve("store"), "cofre", "");
  }

  @Override
  Store reopened(Clock clock) {
    return Store.open(freshDatabase(), clock);
  }

  @Test
  void saysWhatToDoWhenItCannotBeOpened() {
    StoreLocation nowhere =
        new StoreLocation("jdbc:h2:file:/proc/no/such/place/store", "cofre", "");
    StoreException refused =
        assertThrows(StoreException.class, () -> Store.open(nowhere, Clock.systemUTC()));
    assertTrue(refused.getMessage().contains("store.url"), refused.getMessage());
    assertTrue(refused.getMessage().lines().count() == 1, refused.getMessage());
  }

  @Test
  void refusesOtherDatabasesAndPasswordsInUrls() {
    assertThrows(ConfigException.class, () -> new StoreLocation("jdbc:mysql://x", "u", ""));
    assertThrows(
        ConfigException.class,
        () -> new StoreLocation("jdbc:postgresql://x/y?password=z", "u", ""));
  }
}
