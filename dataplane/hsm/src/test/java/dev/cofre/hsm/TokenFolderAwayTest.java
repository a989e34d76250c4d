package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** SoftHSM2's files are moved away under a gateway that works, and come back. */
class TokenFolderAwayTest {
  private static final byte[] AAD = {1};
  private static final Requester CALLER = new Requester("default", "app");
  private static final Duration WAY_BACK_MAX = Duration.ofSeconds(5);
  private static final long FAST_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final String kek = "away-" + System.nanoTime();

  @ParameterizedTest
  @CsvSource({"SUNPKCS11,false", "SUNPKCS11,true", "FFM,false", "FFM,true"})
  void theHsmComesBackByItself(HsmConfig.Backend backend, boolean oneTokenOnly) throws Exception {
    outage(backend, oneTokenOnly, Duration.ofSeconds(1));
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource(HsmConfig.Backend.class)
  void theHsmComesBackAfterHalfAMinute(HsmConfig.Backend backend) throws Exception {
    outage(backend, false, Duration.ofSeconds(30));
  }

  private void outage(HsmConfig.Backend backend, boolean oneTokenOnly, Duration length)
      throws Exception {
    Pkcs11Hsm hsm = Pkcs11Hsm.login(SoftHsmToken.CONFIG.with(backend), SoftHsmToken.pin());
    hsm.generateKek(kek);
    Hsm.SigningKey signing = hsm.signingKey(kek + "-signing");
    Path folder = oneTokenOnly ? SoftHsmToken.folder() : SoftHsmToken.folder().getParent();
    Path away = SoftHsmToken.folder().getParent().resolveSibling("away");
    try (HsmGateway gateway = new HsmGateway(hsm, GatewayLimits.DEFAULT);
        Stalls stalls = new Stalls()) {
      MintedKey key = gateway.mint(CALLER, kek, AAD, KernelRandom.INSTANCE, null).join();
      assertArrayEquals(key.plaintext().copy(), unwrap(gateway, key).join());
      Files.move(folder, away);
      long backNs;
      long stalledMs;
      try {
        Conditions.await(() -> isRefused(gateway, key) && !gateway.isHealthy());
        long endNs = System.nanoTime() + length.toNanos();
        List<Long> tookNs = new ArrayList<>();
        do {
          tookNs.add(refusalNs(gateway, key));
          LockSupport.parkNanos(PAUSE_NS);
        } while (System.nanoTime() < endNs);
        tookNs.sort(null);
        assertTrue(tookNs.get(tookNs.size() / 2) < FAST_NS, "refused at once, not at the deadline");
        assertThrows(HsmException.class, hsm::ping);
      } finally {
        backNs = System.nanoTime();
        stalledMs = stalls.ms();
        Files.move(away, folder);
      }
      Conditions.await(() -> !isRefused(gateway, key));
      Duration wayBack =
          Duration.ofNanos(System.nanoTime() - backNs).minusMillis(stalls.ms() - stalledMs);
      assertTrue(wayBack.compareTo(WAY_BACK_MAX) < 0, "the way back took " + wayBack);
      System.out.printf("%s, away for %s: back after %s%n", backend, length, wayBack);
      Conditions.await(gateway::isHealthy);
      assertArrayEquals(key.plaintext().copy(), unwrap(gateway, key).join());
      assertEquals(
          48, gateway.mint(CALLER, kek, AAD, KernelRandom.INSTANCE, null).join().wrapped().length);
      hsm.ping();
      assertTrue(signing.sign(AAD).length > 60);
      assertTrue(hsm.signingPublicKey(kek + "-signing").isPresent());
    }
  }

  private CompletableFuture<byte[]> unwrap(HsmGateway gateway, MintedKey key) {
    return gateway
        .unwrap(CALLER, kek, key.iv(), AAD, key.wrapped(), null)
        .thenApply(ClearKey::copy);
  }

  private boolean isRefused(HsmGateway gateway, MintedKey key) {
    try {
      unwrap(gateway, key).join();
      return false;
    } catch (CompletionException e) {
      return true;
    }
  }

  private long refusalNs(HsmGateway gateway, MintedKey key) {
    long startNs = System.nanoTime();
    CompletionException failure =
        assertThrows(CompletionException.class, () -> unwrap(gateway, key).join());
    long tookNs = System.nanoTime() - startNs;
    ErrorCode code = assertInstanceOf(ProblemException.class, failure.getCause()).code();
    assertEquals(ErrorCode.HSM_UNAVAILABLE, code);
    assertFalse(gateway.isHealthy());
    return tookNs;
  }
}
