package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.hsm.SimulatedHsm.Outage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The contract, and what the simulator does besides. */
class SimulatedHsmTest extends HsmContract {
  private final SimulatedHsm simulated = new SimulatedHsm(Duration.ZERO, 16);

  @Override
  Hsm login() {
    return simulated;
  }

  @Test
  void aCallTakesItsTimeAndASession() {
    SimulatedHsm slow = new SimulatedHsm(Duration.ofMillis(20), 1);
    long startNs = System.nanoTime();
    CompletableFuture<Void> other = CompletableFuture.runAsync(slow::ping);
    slow.ping();
    other.join();
    assertTrue(System.nanoTime() - startNs >= 40_000_000);
  }

  @Test
  void outagesBeginAndEnd() {
    Wrap wrap = wrap(kek("outage"));
    simulated.fail(Outage.ERRORS);
    assertThrows(HsmException.class, () -> unwrap(wrap));
    assertThrows(HsmException.class, simulated::heal);
    simulated.fail(Outage.NO_KEYS);
    assertThrows(KekMissingException.class, () -> unwrap(wrap));
    simulated.fail(Outage.PIN_REFUSED);
    assertThrows(PinRefusedException.class, () -> unwrap(wrap));
    simulated.fail(Outage.SESSIONS_LOST);
    assertThrows(HsmException.class, () -> unwrap(wrap));
    simulated.heal();
    assertArrayEquals(new byte[32], unwrap(wrap));
  }

  @Test
  void hangingCallsEndWithTheOutage() {
    Wrap wrap = wrap(kek("hang"));
    simulated.fail(Outage.HANGS);
    CompletableFuture<byte[]> hanging = CompletableFuture.supplyAsync(() -> unwrap(wrap));
    Conditions.await(() -> simulated.unwraps() == 1);
    simulated.fail(Outage.NONE);
    assertEquals(32, hanging.join().length);
  }
}
