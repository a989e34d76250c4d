package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.Await;
import dev.cofre.engine.config.ConfigException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2StoreTest extends StoreContract {
  @TempDir Path directory;

  @Override
  StoreLocation freshDatabase() {
    return H2Location.in(directory);
  }

  @Override
  public Store reopened(Clock clock) {
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

  /** Not the one that is open throughout each test. */
  private StoreLocation another() {
    return new StoreLocation("jdbc:h2:file:" + directory.resolve("another"), "cofre", "");
  }

  @Test
  void namesADamagedFileAndWhatToDo() throws Exception {
    Path file = directory.resolve("another.mv.db");
    Store.open(another(), Clock.systemUTC()).close();
    byte[] whole = closed(file);
    for (int from : new int[] {0, 8_192, whole.length / 4, whole.length / 2}) {
      byte[] damaged = whole.clone();
      for (int i = from; i < damaged.length; i++) {
        damaged[i] = (byte) (i * 31);
      }
      Files.write(file, damaged);
      assertRefused("is damaged");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertRefused("is damaged; restore");
  }

  /** H2 itself goes back to what it can read, and says nothing. */
  @Test
  void refusesAStoreThatIsOlderThanWhatWasCommitted() throws Exception {
    Path file = directory.resolve("another.mv.db");
    Store.open(another(), Clock.systemUTC()).close();
    byte[] older = closed(file);
    try (Store store = Store.open(another(), Clock.systemUTC())) {
      store.change(
          tx -> {
            tx.principals()
                .insert(
                    new Principal(
                        "one", "default", Set.of(Role.AUDITOR), Stamp.created(tx.now(), "test")));
            return null;
          });
    }
    byte[] newest = closed(file);
    Files.write(file, older);
    assertRefused("it is at revision 1/0 and was at 1/1");
    Files.delete(file);
    assertRefused("is damaged or an older copy");
    Files.write(file, newest);
    Store.open(another(), Clock.systemUTC()).close();
    closed(file);
    Files.write(file, older);
    Files.delete(directory.resolve("another.head"));
    Store.open(another(), Clock.systemUTC()).close();
  }

  /** The bytes of {@code file} once H2, which closes it behind the pool, has let go of it. */
  private static byte[] closed(Path file) throws Exception {
    Await.until("H2 closes its file", () -> !isLocked(file));
    return Files.readAllBytes(file);
  }

  private static boolean isLocked(Path file) throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  private void assertRefused(String said) throws Exception {
    StoreException refused =
        assertThrows(StoreException.class, () -> Store.open(another(), Clock.systemUTC()));
    closed(directory.resolve("another.mv.db"));
    assertTrue(refused.getMessage().contains(said), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
  }

  @Test
  void refusesOtherDatabasesAndPasswordsInUrls() {
    assertThrows(ConfigException.class, () -> new StoreLocation("jdbc:mysql://x", "u", ""));
    assertThrows(
        ConfigException.class,
        () -> new StoreLocation("jdbc:postgresql://x/y?password=z", "u", ""));
  }
}
