package dev.cofre.engine.policy;

import static dev.cofre.engine.policy.Policies.NOW_MS;
import static dev.cofre.engine.policy.Policies.allow;
import static dev.cofre.engine.policy.Policies.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.wire.PolicyConditions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UseRatesTest {
  private final UseRates rates = new UseRates();

  private static CompiledStatement statement(int perSecond, long perDay) {
    return CompiledStatement.of(
        policy(
            "p",
            allow("app", "encrypt")
                .setConditions(
                    PolicyConditions.newBuilder().setPerSecond(perSecond).setPerDay(perDay))))[0];
  }

  @Test
  void theSecondIsCountedForEachPrincipal() {
    CompiledStatement ten = statement(10, 0);
    assertTrue(rates.take(ten, "app", 10, NOW_MS));
    assertFalse(rates.take(ten, "app", 1, NOW_MS + 999));
    assertTrue(rates.take(ten, "other", 1, NOW_MS));
    assertTrue(rates.take(ten, "app", 1, NOW_MS + 1_000));
    assertFalse(rates.take(ten, "app", 11, NOW_MS + 2_000), "more than it ever allows");
    assertTrue(rates.take(ten, "app", 10, NOW_MS + 2_000), "and then none was taken");
  }

  @Test
  void theDayIsCountedBesideTheSecond() {
    CompiledStatement both = statement(5, 7);
    assertTrue(rates.take(both, "app", 5, NOW_MS));
    assertFalse(rates.take(both, "app", 1, NOW_MS), "the second");
    assertTrue(rates.take(both, "app", 2, NOW_MS + 1_000), "what the second refused costs no day");
    assertFalse(rates.take(both, "app", 1, NOW_MS + 60_000), "the day");
    assertTrue(rates.take(both, "app", 1, NOW_MS + 86_400_000));
  }

  @Test
  void threadsTogetherGetWhatIsAllowed() throws Exception {
    CompiledStatement many = statement(0, 10_000);
    AtomicInteger taken = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 5_000; i++) {
                    taken.addAndGet(rates.take(many, "app", 1, NOW_MS) ? 1 : 0);
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertEquals(10_000, taken.get());
  }
}
