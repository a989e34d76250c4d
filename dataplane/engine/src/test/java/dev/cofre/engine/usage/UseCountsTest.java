package dev.cofre.engine.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class UseCountsTest {
  private static final UUID KEY = UUID.randomUUID();

  private final UseCounts counts = new UseCounts();

  @Test
  void givesEachUseOnceHoweverItIsTaken() {
    UseCounts.Count count = counts.of("app", "encrypt", KEY);
    assertSame(count, counts.of("app", "encrypt", KEY));
    long taken = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        threads.execute(
            () -> {
              for (int n = 0; n < 50_000; n++) {
                count.add();
              }
            });
      }
      for (int i = 0; i < 100; i++) {
        taken += counts.take(10).stream().mapToLong(UseCounts.Added::uses).sum();
      }
    }
    taken += counts.take(10).stream().mapToLong(UseCounts.Added::uses).sum();
    assertEquals(200_000, taken);
    assertTrue(counts.take(10).isEmpty());
  }

  @Test
  void leavesWhatIsTooMuchForTheNextTime() {
    for (String principal : List.of("a", "b", "c")) {
      counts.of(principal, "decrypt", KEY).add();
    }
    assertEquals(2, counts.take(2).size());
    assertEquals(1, counts.take(2).size());
  }
}
