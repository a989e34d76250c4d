package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class HsmGatewayTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void closesTheHsmWhenNoCallRunsAnyMore() throws Exception {
    AtomicBoolean running = new AtomicBoolean();
    AtomicBoolean closedInTime = new AtomicBoolean();
    Hsm hsm =
        new StubHsm() {
          @Override
          public void close() {
            closedInTime.set(!running.get());
          }
        };
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    HsmGateway gateway = new HsmGateway(hsm, LONG);
    gateway.submit(
        ignored -> {
          running.set(true);
          inside.countDown();
          awaitInterrupt(interrupted);
          running.set(false);
          return "done";
        },
        discarded -> {});
    assertTrue(inside.await(10, TimeUnit.SECONDS));

    Thread closing = Thread.ofPlatform().start(gateway::close);
    // Only once close() waits for the call, or did not, is the call let go.
    while (closing.getState() != Thread.State.TIMED_WAITING
        && closing.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
    interrupted.countDown();
    closing.join();

    assertTrue(closedInTime.get(), "logged out under a call");
  }

  @Test
  void anHsmThatRejectsAWrapAnswers() {
    Hsm hsm =
        new StubHsm() {
          @Override
          public byte[] unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
            throw new WrapRejectedException(null);
          }
        };
    try (HsmGateway gateway = new HsmGateway(hsm, LONG)) {
      assertEquals(ErrorCode.HSM_UNAVAILABLE, failure(gateway, one -> one.signingKey("none")));
      assertFalse(gateway.isHealthy());
      assertEquals(
          ErrorCode.INVALID_CIPHERTEXT,
          failure(gateway, one -> one.unwrap("kek", new byte[12], new byte[0], new byte[48])));
      assertTrue(gateway.isHealthy());
    }
  }

  @Test
  void refusesAtOnceWhileAllThreadsAreStuck() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    HsmGateway gateway = new HsmGateway(new StubHsm(), Duration.ofMillis(50));
    for (int thread = 0; thread < 4; thread++) {
      CompletableFuture<String> stuck =
          gateway.submit(
              ignored -> {
                awaitInterrupt(released);
                return "late";
              },
              discarded -> {});
      assertThrows(CompletionException.class, stuck::join);
    }
    // The last one's deadline began before it had a thread.
    awaitTrue(() -> gateway.submit(ignored -> "in time", discarded -> {}).isDone());
    int queued = gateway.queued();
    assertEquals(ErrorCode.HSM_UNAVAILABLE, failure(gateway, ignored -> "in time"));
    assertEquals(queued, gateway.queued(), "it was not queued");

    released.countDown();
    awaitTrue(() -> answers(gateway));
    assertTrue(gateway.isHealthy());
    gateway.close();
  }

  private static boolean answers(HsmGateway gateway) {
    return gateway.submit(ignored -> true, discarded -> {}).exceptionally(failure -> false).join();
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "in time");
      Thread.onSpinWait();
    }
  }

  private static <T> ErrorCode failure(HsmGateway gateway, Function<Hsm, T> call) {
    CompletionException failure =
        assertThrows(CompletionException.class, () -> gateway.submit(call, discarded -> {}).join());
    return assertInstanceOf(ProblemException.class, failure.getCause()).code();
  }

  /** A call into a device does not end because its thread is interrupted. */
  private static void awaitInterrupt(CountDownLatch released) {
    boolean done = false;
    while (!done) {
      try {
        done = released.await(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        done = false;
      }
    }
  }
}
