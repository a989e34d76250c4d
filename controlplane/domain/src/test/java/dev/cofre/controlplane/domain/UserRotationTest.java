package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UserRotationTest {
  private static final Instant ROTATED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private static UserRotationDraft draft(Duration period) {
    return UserRotationDraft.read(
        Map.of("engine", "pg", "users", List.of("a", "b"), "periodSeconds", period.toSeconds()));
  }

  /** One that rotates once a day. */
  private static UserRotation daily() {
    Stamp stamp = Stamp.created(ROTATED, "app-owner");
    Instant due = ROTATED.plus(DAY);
    return new UserRotation(
        UUID.randomUUID(),
        UUID.randomUUID(),
        draft(DAY),
        "a",
        null,
        2,
        ROTATED,
        due,
        due,
        1,
        null,
        0,
        null,
        stamp);
  }

  private static Instant due(Duration period, Duration after) {
    UserRotation changed = daily().described(draft(period), ROTATED.plus(after), "app-owner");
    assertEquals(changed.dueAt(), changed.nextAt());
    return changed.dueAt();
  }

  @Test
  void aShorterPeriodBeginsWhenItIsSet() {
    Duration late = Duration.ofHours(10);
    Duration hour = Duration.ofHours(1);
    assertEquals(ROTATED.plus(late).plus(hour), due(hour, late));
    assertEquals(ROTATED.plus(DAY), due(Duration.ofHours(20), late));
    assertEquals(ROTATED.plus(DAY), due(DAY, late));
    assertEquals(ROTATED.plus(DAY.multipliedBy(2)), due(DAY.multipliedBy(2), late));
  }
}
