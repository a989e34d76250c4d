package dev.cofre.engine.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailedAttemptsTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5 * SECOND_NS);
  private final FailedAttempts failures = new FailedAttempts(nowNs::get);

  private int failUntilSlowed(String address) {
    int count = 1;
    while (!failures.failed(address)) {
      assertTrue(count++ < 1_000);
    }
    return count;
  }

  @Test
  void theWaitGrowsWithEachTime() {
    assertEquals(FailedAttempts.BURST + 1, failUntilSlowed("192.0.2.1"));
    int[] waits = {1, 2, 4, 8, 16, 32, 60, 60};
    for (int i = 0; i < waits.length; i++) {
      assertEquals(waits[i], failures.waitSeconds("192.0.2.1"));
      nowNs.addAndGet(waits[i] * SECOND_NS);
      assertEquals(0, failures.waitSeconds("192.0.2.1"));
      failUntilSlowed("192.0.2.1");
    }
    nowNs.addAndGet(601 * SECOND_NS);
    failUntilSlowed("192.0.2.1");
    assertEquals(1, failures.waitSeconds("192.0.2.1"), "all is forgotten in the end");
  }

  @Test
  void othersAreNotSlowed() {
    failUntilSlowed("192.0.2.1");
    failures.requireTurn("192.0.2.2");
    ProblemException slowed =
        assertThrows(ProblemException.class, () -> failures.requireTurn("192.0.2.1"));
    assertEquals(ErrorCode.TOO_MANY_ATTEMPTS, slowed.code());
    assertEquals(1_000, slowed.retryAfterMs());
  }

  @Test
  void anIpv6SubscriberIsOneSource() {
    failUntilSlowed("2001:db8:0:1::1");
    assertEquals(1, failures.waitSeconds("2001:db8:0:1:ffff::2"));
    assertEquals(0, failures.waitSeconds("2001:db8:0:2::1"));
  }

  @Test
  void aSteadyTrickleIsNotSlowed() {
    for (int i = 0; i < 2_000; i++) {
      failures.failed("192.0.2.1");
      nowNs.addAndGet(SECOND_NS / FailedAttempts.PER_SECOND);
    }
    assertEquals(0, failures.waitSeconds("192.0.2.1"));
  }

  @Test
  void memoryIsBounded() {
    for (int i = 0; i < 3 * FailedAttempts.SOURCES_MAX; i++) {
      failures.failed("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
    }
    assertEquals(FailedAttempts.SOURCES_MAX, failures.size());
  }
}
