package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is left of a version, and when it is due at the present rate. */
class VersionStandingTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final UUID ID = UUID.randomUUID();
  private static final DataClassRules RULES =
      rules(Map.of("messagesMax", 1_000_000, "bytesMax", 1L << 40, "dataKeysMax", 10_000));

  private static DataClassRules rules(Map<String, ?> versions) {
    return DataClassRules.shipped(NOW, "x").stream()
        .filter(rules -> rules.dataClass() == DataClass.INTERNAL)
        .findFirst()
        .orElseThrow()
        .changed(Map.of("versions", versions), NOW, "admin");
  }

  private static KmsKey key(KeyState state, Instant... madeAt) {
    KeyDraft draft =
        new KeyDraft(
            "k",
            "default",
            Environment.DEV,
            DataClass.INTERNAL,
            "o",
            "p",
            KeyDraft.ENCRYPT_DECRYPT,
            Protection.HSM,
            NOW.plus(Duration.ofDays(9_999)),
            Map.of(),
            false,
            Optional.empty(),
            false,
            Origin.GENERATED);
    List<KeyVersion> versions =
        java.util.stream.IntStream.rangeClosed(1, madeAt.length)
            .mapToObj(n -> new KeyVersion(n, Protection.HSM, "kek", madeAt[n - 1], "x"))
            .toList();
    return new KmsKey(ID, draft, state, madeAt.length, versions, Stamp.created(NOW, "x"));
  }

  private static VersionUse steady(double messagesPerDay, Duration age, Duration step) {
    VersionUse use = VersionUse.none(ID, 1, NOW.minus(age));
    long each = (long) (messagesPerDay * step.toMillis() / Duration.ofDays(1).toMillis());
    for (Instant at = NOW.minus(age).plus(step); !at.isAfter(NOW); at = at.plus(step)) {
      RecentUse recent = use.recentAt(at).plus(new RecentUse((double) each, 0, 0));
      use = new VersionUse(ID, 1, use.messages() + each, 0, 0, recent, at);
    }
    return use;
  }

  @Test
  void anEvenRateIsToldAsItIsHoweverOldTheVersionIs() {
    for (Duration age : List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(20))) {
      VersionUse use = steady(144_000, age, Duration.ofMinutes(1));
      double perDay = use.recentAt(NOW).perDay(age).messages();
      assertEquals(144_000, perDay, 1_440, "a percent, at " + age);
    }
    assertEquals(0, RecentUse.NONE.perDay(Duration.ZERO).messages());
  }

  @Test
  void theRateFollowsWhatWasUsedLately() {
    VersionUse use = steady(144_000, Duration.ofDays(2), Duration.ofMinutes(1));
    double later = use.recentAt(NOW.plus(Duration.ofDays(3))).perDay(Duration.ofDays(5)).messages();
    assertTrue(later < 144_000 * 0.06, "idle for three days: " + later);
  }

  @Test
  void theLimitThatComesFirstIsTold() {
    Duration age = Duration.ofDays(2);
    KmsKey key = key(new KeyState.Active(), NOW.minus(age));
    VersionStanding idle =
        VersionStanding.of(key, key.current(), VersionUse.none(ID, 1, NOW), RULES, NOW);
    assertEquals(VersionStanding.Limit.DAYS, idle.roll().orElseThrow().by());
    assertEquals(NOW.plus(Duration.ofDays(363)), idle.roll().orElseThrow().at());
    assertEquals(2, idle.days());
    assertEquals(363, idle.daysLeft());

    VersionUse use = steady(144_000, age, Duration.ofMinutes(1));
    VersionStanding used = VersionStanding.of(key, key.current(), use, RULES, NOW);
    assertEquals(288_000, used.use().messages());
    assertEquals(712_000, used.messagesLeft());
    assertEquals(288, used.usedPermille());
    VersionStanding.Roll roll = used.roll().orElseThrow();
    assertEquals(VersionStanding.Limit.MESSAGES, roll.by());
    double days = Duration.between(NOW, roll.at()).toMinutes() / 1_440.0;
    assertEquals((900_000 - 288_000) / 144_000.0, days, 0.1);

    VersionUse keys = new VersionUse(ID, 1, 5, 5, 9_000, RecentUse.NONE, NOW);
    VersionStanding due = VersionStanding.of(key, key.current(), keys, RULES, NOW);
    assertEquals(
        Optional.of(new VersionStanding.Roll(NOW, VersionStanding.Limit.DATA_KEYS)), due.roll());
    VersionUse beyond = new VersionUse(ID, 1, 0, Long.MAX_VALUE, 0, RecentUse.NONE, NOW);
    assertEquals(0, VersionStanding.of(key, key.current(), beyond, RULES, NOW).bytesLeft());
  }

  @Test
  void whatEncryptsNoMoreIsNotDue() {
    Instant first = NOW.minus(Duration.ofDays(30));
    KmsKey key = key(new KeyState.Active(), first, NOW.minus(Duration.ofDays(10)));
    VersionUse none = VersionUse.none(ID, 1, NOW);
    VersionStanding old = VersionStanding.of(key, key.version(1).orElseThrow(), none, RULES, NOW);
    assertEquals(20, old.days(), "until it was replaced");
    assertTrue(old.roll().isEmpty());
    KmsKey off = key(new KeyState.Suspended(), first);
    assertTrue(VersionStanding.of(off, off.current(), none, RULES, NOW).roll().isEmpty());
  }

  @Test
  void sharesAreReachedExactly() {
    VersionLimits limits = new VersionLimits(101, 1_000, 1L << 32);
    assertEquals(91, limits.messages(VersionLimits.ROLL_SHARE));
    assertFalse(limits.isUsed(new VersionUse(ID, 1, 90, 899, 0, RecentUse.NONE, NOW), 0.9));
    assertTrue(limits.isUsed(new VersionUse(ID, 1, 91, 0, 0, RecentUse.NONE, NOW), 0.9));
    assertTrue(limits.isUsed(new VersionUse(ID, 1, 0, 900, 0, RecentUse.NONE, NOW), 0.9));
    assertEquals(4_294_967_296L, limits.dataKeys(1));
  }
}
