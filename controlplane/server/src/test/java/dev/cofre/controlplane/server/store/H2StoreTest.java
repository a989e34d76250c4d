package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.engine.config.ConfigException;
import java.nio.file.Files;
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
  void namesADamagedFileAndWhatToDo() throws Exception {
    Path file = directory.resolve("store.mv.db");
    Store.open(freshDatabase(), Clock.systemUTC()).close();
    byte[] whole = Files.readAllBytes(file);
    for (int damage = 0; damage < 3; damage++) {
      byte[] damaged = whole.clone();
      int from = damage == 0 ? 0 : damage == 1 ? damaged.length / 4 : 4_096;
      int to = damage == 1 ? damaged.length : damaged.length / 2;
      for (int i = from; i < to; i++) {
        damaged[i] = (byte) (i * 31);
      }
      Files.write(file, damaged);
      StoreException refused =
          assertThrows(StoreException.class, () -> Store.open(freshDatabase(), Clock.systemUTC()));
      assertTrue(refused.getMessage().contains("is damaged; restore"), refused.getMessage());
      assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    }
  }

  @Test
  void refusesOtherDatabasesAndPasswordsInUrls() {
    assertThrows(ConfigException.class, () -> new StoreLocation("jdbc:mysql://x", "u", ""));
    assertThrows(
        ConfigException.class,
        () -> new StoreLocation("jdbc:postgresql://x/y?password=z", "u", ""));
  }
}
