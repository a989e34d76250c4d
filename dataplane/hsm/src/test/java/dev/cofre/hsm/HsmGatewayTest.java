package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
