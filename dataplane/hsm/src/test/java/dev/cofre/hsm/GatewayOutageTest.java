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
import dev.cofre.hsm.SimulatedHsm.Outage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The gateway while its HSM fails, and after. */
class GatewayOutageTest {
  private static final byte[] AAD = {1, 2};
  private static final Requester CALLER = new Requester("default", "app");
  private static final long WAY_BACK_MS = 1_000;

  private final SimulatedHsm hsm = new SimulatedHsm(Duration.ZERO, 16);
  private HsmGateway gateway;

  @BeforeEach
  void open() {
    hsm.generateKek("kek");
    hsm.generateKek("other");
    gateway = new HsmGateway(hsm, GatewayLimits.DEFAULT.withDeadline(Duration.ofMillis(500)));
  }

  @AfterEach
  void close() {
    hsm.fail(Outage.NONE);
    gateway.close();
  }

  private MintedKey mint(String kek) {
    return gateway.mint(CALLER, kek, AAD, KernelRandom.INSTANCE, null).join();
  }

  private CompletableFuture<byte[]> unwrap(String kek, MintedKey key) {
    return gateway
        .unwrap(CALLER, kek, key.iv(), AAD, key.wrapped(), null)
        .thenApply(ClearKey::copy);
  }

  private static ErrorCode code(CompletableFuture<?> failing) {
    CompletionException failure = assertThrows(CompletionException.class, failing::join);
    return assertInstanceOf(ProblemException.class, failure.getCause()).code();
  }

  private boolean isServed(MintedKey key) {
    return unwrap("kek", key).handle((plaintext, failure) -> failure == null).join();
  }

  private boolean isCutOff(MintedKey key) {
    CompletableFuture<byte[]> answer = unwrap("kek", key);
    boolean atOnce = answer.isDone();
    return atOnce && code(answer) == ErrorCode.HSM_UNAVAILABLE;
  }

  @ParameterizedTest
  @EnumSource(names = {"ERRORS", "HANGS", "NO_KEYS"})
  void whateverItsOutageItComesBackWithinASecond(Outage outage) {
    MintedKey key = mint("kek");
    hsm.fail(outage);
    assertEquals(ErrorCode.HSM_UNAVAILABLE, code(unwrap("kek", key)));
    // A failure that the HSM answers quickly looks like a call that was cut off: ask the breaker.
    Conditions.await(
        () -> {
          unwrap("kek", key);
          return gateway.figures().breakerOpenings() == 1;
        });
    assertFalse(gateway.isHealthy());
    long asked = hsm.unwraps();
    for (int i = 0; i < 1_000; i++) {
      assertTrue(isCutOff(key));
    }
    assertTrue(hsm.unwraps() - asked < 100, "only the probe asks");

    try (Stalls stalls = new Stalls()) {
      long backNs = System.nanoTime();
      hsm.fail(Outage.NONE);
      Conditions.await(() -> isServed(key));
      long wayBackMs = (System.nanoTime() - backNs) / 1_000_000 - stalls.ms();
      assertTrue(wayBackMs < WAY_BACK_MS, () -> "back after " + wayBackMs + " ms");
    }
    Conditions.await(gateway::isHealthy);
    assertArrayEquals(key.plaintext().copy(), unwrap("kek", key).join());
    assertEquals(1, gateway.figures().breakerOpenings());
  }

  @Test
  void lostSessionsAreHealed() {
    MintedKey key = mint("kek");
    hsm.fail(Outage.SESSIONS_LOST);
    code(unwrap("kek", key));
    Conditions.await(() -> hsm.healings() > 0 && isServed(key));
    assertArrayEquals(key.plaintext().copy(), unwrap("kek", key).join());
  }

  @Test
  void anIdleNodeNoticesAnOutage() {
    mint("kek");
    hsm.fail(Outage.ERRORS);
    Conditions.await(() -> !gateway.isHealthy());
    hsm.fail(Outage.NONE);
    Conditions.await(gateway::isHealthy);
  }

  @Test
  void oneMissingKekCutsOffNobodyElse() {
    MintedKey key = mint("kek");
    MintedKey other = mint("other");
    hsm.destroyKek("other");
    for (int i = 0; i < 100; i++) {
      assertEquals(ErrorCode.HSM_UNAVAILABLE, code(unwrap("other", other)));
      assertArrayEquals(key.plaintext().copy(), unwrap("kek", key).join());
    }
    assertEquals(0, gateway.figures().breakerOpenings());
    Conditions.await(gateway::isHealthy);
  }

  @Test
  void aMissingKekCutsOffNobodyWhenItIsAllThatIsKnown() {
    MintedKey key = mint("kek");
    hsm.destroyKek("kek");
    code(unwrap("kek", key));
    Conditions.await(() -> hsm.healings() > 0 && gateway.isHealthy());
    MintedKey other = mint("other");
    assertArrayEquals(other.plaintext().copy(), unwrap("other", other).join());
  }

  @Test
  void aNodeThatHasSeenNothingYetHasItsHsmHealed() {
    hsm.fail(Outage.SESSIONS_LOST);
    code(gateway.mint(CALLER, "kek", AAD, KernelRandom.INSTANCE, null));
    Conditions.await(() -> hsm.healings() > 0);
    mint("kek");
  }

  @Test
  void aSlowQueueIsNoOutage() {
    gateway.close();
    gateway =
        new HsmGateway(
            new SimulatedHsmWithin(hsm), GatewayLimits.DEFAULT.withDeadline(Duration.ofSeconds(1)));
    MintedKey key = mint("kek");
    CompletableFuture<?>[] many = new CompletableFuture<?>[400];
    for (int i = 0; i < many.length; i++) {
      many[i] = unwrap("kek", key);
    }
    CompletableFuture.allOf(many).exceptionally(late -> null).join();
    assertTrue(gateway.figures().late() > 0, "the last ones had no time");
    assertEquals(0, gateway.figures().breakerOpenings());
  }

  /** Twenty milliseconds a call. */
  private static final class SimulatedHsmWithin extends StubHsm {
    private final Hsm hsm;

    SimulatedHsmWithin(Hsm hsm) {
      this.hsm = hsm;
    }

    @Override
    public byte[] wrap(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
      return hsm.wrap(kekLabel, iv, aad, key);
    }

    @Override
    public ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
      return hsm.unwrap(kekLabel, iv, aad, wrapped);
    }
  }
}
