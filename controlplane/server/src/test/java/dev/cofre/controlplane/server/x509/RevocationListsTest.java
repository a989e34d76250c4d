package dev.cofre.controlplane.server.x509;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.CertificateAuthorityTable.Crl;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.StoreLocation;
import dev.cofre.hsm.Hsm;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is served while the store or the HSM is away, slow, or asked for what there is not. */
class RevocationListsTest {
  private static final byte[] LIST = {1};

  @TempDir Path directory;
  private final AtomicLong timeNs = new AtomicLong();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch held = new CountDownLatch(1);
  private Store store;
  private RevocationLists lists;

  @BeforeEach
  void open() {
    store =
        Store.open(
            new StoreLocation("jdbc:h2:file:" + directory.resolve("store"), "cofre", ""),
            Clock.systemUTC());
    lists = new RevocationLists(store, new AuthorityKeys(heldHsm(), null), timeNs::get);
  }

  @AfterEach
  void close() {
    held.countDown();
    store.close();
  }

  /** One that looks for keys until the test lets it go, and has none. */
  private Hsm heldHsm() {
    return (Hsm)
        Proxy.newProxyInstance(
            Hsm.class.getClassLoader(),
            new Class<?>[] {Hsm.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("findSigningKey")) {
                throw new UnsupportedOperationException(method.getName());
              }
              asked.countDown();
              held.await();
              return Optional.empty();
            });
  }

  private UUID authority(String name) {
    UUID id = UUID.randomUUID();
    Instant now = Instant.now();
    CertificateAuthorityDraft draft =
        CertificateAuthorityDraft.read(
            Map.of(
                "name", name,
                "environment", "dev",
                "owner", "owner",
                "description", "tests",
                "commonName", "tests"),
            "default");
    store.change(
        tx -> {
          tx.authorities()
              .insert(
                  new CertificateAuthority(
                      id,
                      draft,
                      CertificateAuthority.State.PENDING,
                      null,
                      null,
                      null,
                      Stamp.created(now, "owner")),
                  now.plusSeconds(120));
          tx.authorities().activate(id, new byte[] {2}, now, now.plusSeconds(86_400));
          return tx.authorities().putCrl(id, 0, new Crl(1, now, LIST, 0, 0));
        });
    return id;
  }

  @Test
  void thatThereIsNoneIsRememberedForASecond() {
    UUID unknown = UUID.randomUUID();
    assertTrue(lists.cached(unknown).isEmpty());
    for (int i = 0; i < 2; i++) {
      ProblemException refused =
          assertThrows(
              ProblemException.class,
              i == 0 ? () -> lists.current(unknown) : () -> lists.cached(unknown));
      assertEquals(ErrorCode.NOT_FOUND, refused.code());
    }
    timeNs.addAndGet(RevocationLists.FRESH_FOR.toNanos() + 1);
    assertTrue(lists.cached(unknown).isEmpty());
  }

  @Test
  void theLastListIsServedWhileTheStoreIsAwayUntilItIsOver() {
    UUID authority = authority("web");
    assertArrayEquals(LIST, lists.current(authority));
    lists.forget();
    assertTrue(lists.cached(authority).isEmpty());
    store.close();
    assertArrayEquals(LIST, lists.current(authority));
    assertTrue(lists.cached(authority).isPresent(), "not each fetch waits for the store");
    timeNs.addAndGet(RevocationLists.VALID_FOR.plus(Duration.ofMinutes(1)).toNanos());
    assertThrows(StoreException.class, () -> lists.current(authority));
  }

  @Test
  void oneThatIsBeingMadeForLongHoldsUpNobody() throws Exception {
    UUID slow = authority("slow");
    UUID other = authority("other");
    store.note(
        tx -> {
          tx.authorities().revoked(slow);
          return null;
        });
    CompletableFuture<byte[]> making = asked(slow);
    assertTrue(asked.await(120, TimeUnit.SECONDS));
    assertArrayEquals(LIST, asked(other).get(120, TimeUnit.SECONDS));
    assertArrayEquals(LIST, asked(slow).get(120, TimeUnit.SECONDS));
    held.countDown();
    assertArrayEquals(LIST, making.get(120, TimeUnit.SECONDS), "there is no key to make it with");
  }

  /** Each on a thread of its own. */
  private CompletableFuture<byte[]> asked(UUID authority) {
    return CompletableFuture.supplyAsync(
        () -> lists.current(authority), task -> Thread.ofPlatform().daemon().start(task));
  }
}
