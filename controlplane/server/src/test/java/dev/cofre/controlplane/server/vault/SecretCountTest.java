package dev.cofre.controlplane.server.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreLocation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limit of secrets, on a real store. */
class SecretCountTest {
  private static final long MINUTE_NS = 60_000_000_000L;

  @TempDir Path directory;

  private final AtomicLong nowNs = new AtomicLong();
  private Store store;

  @BeforeEach
  void open() {
    store =
        Store.open(
            new StoreLocation("jdbc:h2:file:" + directory.resolve("store"), "cofre", ""),
            Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void stored(String name) {
    SecretDraft draft =
        new SecretDraft(
            name,
            "default",
            Environment.of("dev"),
            DataClass.of("internal"),
            "o",
            "d",
            Instant.parse("2090-01-01T00:00:00Z"),
            new SecretRotation(1, ""));
    store.change(
        tx -> {
          tx.secrets()
              .insert(new Secret(UUID.randomUUID(), draft, 1, Stamp.created(tx.now(), "o")));
          return null;
        });
  }

  private void require(SecretCount count) {
    store.read(
        tx -> {
          count.requireRoom(tx, "default");
          return null;
        });
  }

  @Test
  void isHeldByWhatIsMadeHereWithoutCountingAnew() {
    SecretCount count = new SecretCount(3, nowNs::get);
    stored("a");
    for (String name : new String[] {"b", "c"}) {
      require(count);
      stored(name);
      count.made("default");
    }
    ProblemException full = assertThrows(ProblemException.class, () -> require(count));
    assertEquals(ErrorCode.CONFLICT, full.code());
  }

  @Test
  void seesWhatOthersMadeAfterAMinute() {
    SecretCount count = new SecretCount(2, nowNs::get);
    require(count);
    stored("a");
    stored("b");
    require(count);
    nowNs.set(MINUTE_NS + 1);
    assertThrows(ProblemException.class, () -> require(count));
  }
}
