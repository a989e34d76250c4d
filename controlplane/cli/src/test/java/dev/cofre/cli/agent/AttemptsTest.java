package dev.cofre.cli.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.problem.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AttemptsTest {
  private final MovableClock clock = new MovableClock();
  private final Attempts attempts = new Attempts(clock, new Random(3));

  @Test
  void aClockThatIsSetBackMakesItDueUntilItIsDone() {
    attempts.succeeded(Duration.ofMinutes(1), 1, 1.1);
    assertFalse(attempts.isDue());
    clock.move(Duration.ofHours(-1));
    assertTrue(attempts.isDue());
    assertTrue(attempts.isDue(), "it was forgotten before it was done");
    attempts.succeeded(Duration.ofMinutes(1), 1, 1.1);
    assertFalse(attempts.isDue());
    // Also when more time has passed since it was planned than the clock is set back.
    clock.move(Duration.ofSeconds(50));
    assertFalse(attempts.isDue());
    clock.move(Duration.ofSeconds(-40));
    assertTrue(attempts.isDue());
  }

  @Test
  void whatIsAskedForIsTheLeast() {
    for (int i = 0; i < 100; i++) {
      attempts.failed(CofreException.refused(Kind.REFUSED, ErrorCode.QUOTA_EXCEEDED, "", 60_000));
      Duration wait = Duration.between(clock.instant(), attempts.due());
      assertTrue(wait.toSeconds() >= 60 && wait.toSeconds() <= 90, wait::toString);
    }
  }

  @Test
  void whatIsRefusedInPartIsDoneAsOftenAsEver() {
    for (int i = 0; i < 20; i++) {
      attempts.partly("one is refused", Duration.ofSeconds(10), 0.8, 1.2);
    }
    Instant latest = clock.instant().plusSeconds(12);
    assertFalse(attempts.due().isAfter(latest), () -> "" + attempts.due());
    assertEquals("one is refused", attempts.trouble());
  }
}
