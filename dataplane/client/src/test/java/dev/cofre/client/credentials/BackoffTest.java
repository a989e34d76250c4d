package dev.cofre.client.credentials;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final int MANY = 20;

  private final Times times = new Times(() -> 0, new Random(), 1);
  private final Backoff backoff = new Backoff(times);

  private static CofreException refused(ErrorCode code, long retryMs) {
    return CofreException.refused(CofreException.Kind.REFUSED, code, "of the test", retryMs);
  }

  private static Held endingIn(Duration left) {
    return new Held(
        "a", "a", new char[0], left.toNanos(), left.toNanos(), left.toNanos(), Instant.EPOCH);
  }

  /** Half more of {@code seconds} at most, and half of it at least. */
  private static void assertAbout(double seconds, long dueNs) {
    double due = (double) dueNs / TimeUnit.SECONDS.toNanos(1);
    assertTrue(due >= seconds / 2 && due <= seconds * 1.5, due + " s");
  }

  @Test
  void aFailureOfAnotherClassBeginsAnew() {
    CofreException away = new CofreException(CofreException.Kind.UNREACHABLE, "of the test");
    for (int i = 0; i < MANY; i++) {
      backoff.after(away, null);
    }
    assertAbout(30, backoff.after(away, null));
    assertAbout(5, backoff.after(refused(ErrorCode.FORBIDDEN, 0), null));
    assertAbout(10, backoff.after(refused(ErrorCode.FORBIDDEN, 0), null));
    assertAbout(1, backoff.after(away, null));
  }

  @Test
  void aRequestThatIsStillAtWorkIsNoRefusal() {
    assertAbout(1, backoff.after(refused(ErrorCode.REQUEST_IN_PROGRESS, 0), null));
    assertAbout(2, backoff.after(refused(ErrorCode.QUOTA_EXCEEDED, 0), null));
  }

  @Test
  void whatIsHeldIsTriedAgainWellBeforeItsEnd() {
    CofreException forbidden = refused(ErrorCode.FORBIDDEN, 0);
    CofreException later = refused(ErrorCode.OVERLOADED, 300_000);
    for (int i = 0; i < MANY; i++) {
      backoff.after(forbidden, null);
    }
    assertAbout(30, backoff.after(forbidden, null));
    assertAbout(20, backoff.after(forbidden, endingIn(Duration.ofMinutes(1))));
    assertAbout(1, backoff.after(forbidden, endingIn(Duration.ofMillis(10))));
    assertAbout(300, backoff.after(forbidden, endingIn(Duration.ofHours(1))));
    assertAbout(300, backoff.after(forbidden, Held.endless("a", "a", new char[0])));
    assertAbout(20, backoff.after(later, endingIn(Duration.ofMinutes(1))));
    assertAbout(30, backoff.after(later, null));
    assertAbout(300, backoff.after(later, endingIn(Duration.ofHours(1))));
  }
}
