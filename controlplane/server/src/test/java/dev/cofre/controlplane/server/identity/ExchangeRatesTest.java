package dev.cofre.controlplane.server.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExchangeRatesTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final AtomicLong nowNs = new AtomicLong(-5 * SECOND_NS);
  private final ExchangeRates rates = new ExchangeRates(nowNs::get);

  private int taken(String principal) {
    int taken = 0;
    try {
      while (taken < 10 * ExchangeRates.BURST) {
        rates.take(principal);
        taken++;
      }
      throw new AssertionError("it is never refused");
    } catch (ProblemException e) {
      assertEquals(ErrorCode.QUOTA_EXCEEDED, e.code());
      assertEquals(1_000 / ExchangeRates.PER_SECOND, e.retryAfterMs());
      return taken;
    }
  }

  @Test
  void aBurstAndThenSoManyEachSecond() {
    assertEquals(ExchangeRates.BURST, taken("app"));
    nowNs.addAndGet(SECOND_NS);
    assertEquals(ExchangeRates.PER_SECOND, taken("app"));
    nowNs.addAndGet(SECOND_NS / ExchangeRates.PER_SECOND - 1);
    assertThrows(ProblemException.class, () -> rates.take("app"));
    nowNs.addAndGet(1);
    rates.take("app");
    nowNs.addAndGet(3_600 * SECOND_NS);
    assertEquals(ExchangeRates.BURST, taken("app"), "no more than a burst is saved up");
  }

  @Test
  void nobodyUsesUpAnothersShare() {
    taken("app");
    assertEquals(ExchangeRates.BURST, taken("other"));
  }

  @Test
  void remembersSoManyAtMost() {
    for (int i = 0; i < 2 * ExchangeRates.PRINCIPALS_MAX; i++) {
      rates.take("principal-" + i);
    }
    assertEquals(ExchangeRates.PRINCIPALS_MAX, rates.size());
  }
}
