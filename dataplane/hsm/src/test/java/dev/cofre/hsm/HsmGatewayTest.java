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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HsmGatewayTest {
  private static final String KEK = "kek";
  private static final byte[] AAD = {1, 2};
  private static final Requester ALICE = new Requester("one", "alice");
  private static final Requester BOB = new Requester("one", "bob");

  private final SimulatedHsm hsm = new SimulatedHsm(Duration.ZERO, 16);
  private HsmGateway gateway;

  @BeforeEach
  void open() {
    hsm.generateKek(KEK);
    gateway = new HsmGateway(hsm, GatewayLimits.DEFAULT);
  }

  @AfterEach
  void close() {
    hsm.fail(SimulatedHsm.Outage.NONE);
    gateway.close();
  }

  /** Places are filled long before the first call has waited too long. */
  private void waitLong() {
    gateway.close();
    gateway = new HsmGateway(hsm, GatewayLimits.DEFAULT.withDeadline(Duration.ofMinutes(2)));
  }

  private MintedKey mint() {
    return gateway.mint(ALICE, KEK, AAD, KernelRandom.INSTANCE, null).join();
  }

  private CompletableFuture<byte[]> unwrap(Requester requester, MintedKey key) {
    return unwrap(requester, key, null);
  }

  private CompletableFuture<byte[]> unwrap(Requester requester, MintedKey key, Executor executor) {
    return gateway
        .unwrap(requester, KEK, key.iv(), AAD, key.wrapped(), executor)
        .thenApply(ClearKey::copy);
  }

  private static MintedKey junk() {
    return new MintedKey(
        KernelRandom.INSTANCE.bytes(12), KernelRandom.INSTANCE.bytes(48), ClearKey.ofLength(0));
  }

  private static ErrorCode code(CompletableFuture<?> failing) {
    CompletionException failure = assertThrows(CompletionException.class, failing::join);
    return assertInstanceOf(ProblemException.class, failure.getCause()).code();
  }

  @Test
  void opensWhatItMade() {
    MintedKey key = mint();
    assertArrayEquals(key.plaintext().copy(), unwrap(BOB, key).join());
    GatewayFigures figures = gateway.figures();
    assertEquals(2, figures.calls());
    assertTrue(figures.up());
    assertTrue(figures.totalP99Ns() >= figures.callP50Ns());
  }

  @Test
  void anHsmThatRejectsAWrapAnswers() {
    assertEquals(ErrorCode.INVALID_CIPHERTEXT, code(unwrap(ALICE, junk())));
    assertTrue(gateway.isHealthy());
    assertEquals(1, gateway.figures().rejected());
  }

  @Test
  void theSameJunkReachesTheHsmOnce() {
    mint();
    MintedKey junk = junk();
    for (int i = 0; i < 100; i++) {
      assertEquals(ErrorCode.INVALID_CIPHERTEXT, code(unwrap(ALICE, junk)));
    }
    assertEquals(1, hsm.unwraps());
    assertEquals(99, gateway.figures().remembered());
    MintedKey other = mint();
    assertArrayEquals(other.plaintext().copy(), unwrap(ALICE, other).join());
  }

  @Test
  void aBatchWakesItsEventLoopOnce() {
    CountDownLatch held = new CountDownLatch(1);
    gateway.close();
    gateway = new HsmGateway(holding(held), GatewayLimits.DEFAULT.withThreads(1));
    MintedKey key = mint();
    Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(unwrap(ALICE, key, tasks::add));
    }
    held.countDown();
    Conditions.await(() -> gateway.figures().calls() == 101 && gateway.queued() == 0);
    Conditions.await(
        () -> {
          Runnable task = tasks.poll();
          while (task != null) {
            task.run();
            task = tasks.poll();
          }
          return answers.stream().allMatch(CompletableFuture::isDone);
        });
    answers.forEach(answer -> assertArrayEquals(key.plaintext().copy(), answer.join()));
  }

  /** An HSM whose first unwrap waits, so that a queue forms. */
  private Hsm holding(CountDownLatch held) {
    return new HeldHsm(hsm, held);
  }

  @Test
  void aPrincipalThatFillsItsPlacesIsRefusedAlone() {
    waitLong();
    hsm.fail(SimulatedHsm.Outage.HANGS);
    List<CompletableFuture<byte[]>> waiting = new ArrayList<>();
    MintedKey junk = junk();
    for (int i = 0; i < GatewayLimits.DEFAULT.principalMax(); i++) {
      waiting.add(unwrap(ALICE, junk));
    }
    assertEquals(ErrorCode.OVERLOADED, code(unwrap(ALICE, junk)));
    CompletableFuture<byte[]> neighbour = unwrap(BOB, junk);
    assertFalse(neighbour.isDone(), "its neighbour is let in");
    assertEquals(1, gateway.figures().refused());
    hsm.fail(SimulatedHsm.Outage.NONE);
    waiting.forEach(HsmGatewayTest::code);
    code(neighbour);
    assertEquals(ErrorCode.INVALID_CIPHERTEXT, code(unwrap(ALICE, junk)), "it may come again");
  }

  @Test
  void aTenantHasHalfOfThePlaces() {
    waitLong();
    hsm.fail(SimulatedHsm.Outage.HANGS);
    MintedKey junk = junk();
    for (int i = 0; i < GatewayLimits.DEFAULT.tenantMax(); i++) {
      unwrap(new Requester("one", "principal-" + i % 8), junk);
    }
    assertEquals(ErrorCode.OVERLOADED, code(unwrap(BOB, junk)));
    assertFalse(unwrap(new Requester("two", "carol"), junk).isDone());
  }

  @Test
  void aCallThatHangsMissesItsDeadlineAndTheOthersAreAnsweredAtOnceFromThenOn() {
    gateway.close();
    gateway = new HsmGateway(hsm, Duration.ofMillis(500));
    MintedKey key = mint();
    hsm.fail(SimulatedHsm.Outage.HANGS);
    List<CompletableFuture<byte[]>> hanging = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      hanging.add(unwrap(ALICE, key));
    }
    hanging.forEach(one -> assertEquals(ErrorCode.HSM_UNAVAILABLE, code(one)));
    Conditions.await(() -> !gateway.isHealthy());
    CompletableFuture<byte[]> refused = unwrap(ALICE, key);
    assertTrue(refused.isDone(), "at once");
    assertEquals(ErrorCode.HSM_UNAVAILABLE, code(refused));

    hsm.fail(SimulatedHsm.Outage.NONE);
    Conditions.await(() -> gateway.isHealthy());
    assertArrayEquals(key.plaintext().copy(), unwrap(ALICE, key).join());
    assertTrue(gateway.figures().late() >= 8);
  }

  @Test
  void closesTheHsmWhenNoCallRunsAnyMore() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    AtomicBoolean running = new AtomicBoolean();
    AtomicBoolean closedInTime = new AtomicBoolean();
    CountDownLatch inside = new CountDownLatch(1);
    Hsm slow =
        new StubHsm() {
          @Override
          public ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
            running.set(true);
            inside.countDown();
            HeldHsm.awaitUninterruptibly(held);
            running.set(false);
            return ClearKey.ofLength(32);
          }

          @Override
          public void close() {
            closedInTime.set(!running.get());
          }
        };
    HsmGateway closing = new HsmGateway(slow, Duration.ofSeconds(30));
    CompletableFuture<ClearKey> answer =
        closing.unwrap(ALICE, KEK, new byte[12], AAD, new byte[48], null);
    assertTrue(inside.await(60, TimeUnit.SECONDS));
    Thread closer = Thread.ofPlatform().start(closing::close);
    // Only once close() waits for the call, or did not, is the call let go.
    Conditions.await(
        () ->
            closer.getState() == Thread.State.TIMED_WAITING
                || closer.getState() == Thread.State.TERMINATED);
    held.countDown();
    closer.join();
    assertTrue(closedInTime.get(), "logged out under a call");
    assertEquals(32, answer.join().length());
    assertEquals(
        ErrorCode.HSM_UNAVAILABLE,
        code(closing.unwrap(ALICE, KEK, new byte[12], AAD, new byte[48], null)));
  }

  @Test
  void aResultThatNobodyWaitsForIsOverwritten() {
    List<ClearKey> results = new ArrayList<>();
    CountDownLatch held = new CountDownLatch(1);
    Hsm slow =
        new StubHsm() {
          @Override
          public ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
            ClearKey result = ClearKey.random(KernelRandom.INSTANCE, 32);
            results.add(result);
            HeldHsm.awaitUninterruptibly(held);
            return result;
          }
        };
    try (HsmGateway late = new HsmGateway(slow, Duration.ofMillis(500))) {
      assertEquals(
          ErrorCode.HSM_UNAVAILABLE,
          code(late.unwrap(ALICE, KEK, new byte[12], AAD, new byte[48], null)));
      held.countDown();
      Conditions.await(() -> late.figures().calls() > 0);
    }
    assertArrayEquals(new byte[32], results.getFirst().copy());
  }

  @Test
  void answersCompleteOnTheGivenExecutorHoweverTheyEnd() {
    AtomicInteger tasks = new AtomicInteger();
    Executor loop =
        task -> {
          tasks.incrementAndGet();
          task.run();
        };
    MintedKey key = mint();
    unwrap(ALICE, key, loop).join();
    code(unwrap(ALICE, junk(), loop));
    assertEquals(2, tasks.get());
  }
}
