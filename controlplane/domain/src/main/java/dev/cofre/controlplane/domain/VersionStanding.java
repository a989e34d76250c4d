package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far one version of a key is from its limits. Immutable.
 *
 * @param use what it has encrypted
 * @param limits of its data class
 * @param days how many whole days it was, or is, the key's current version
 * @param daysMax after how many it is replaced
 * @param roll when it will have to be replaced at the present rate; empty when it encrypts no more
 */
public record VersionStanding(
    VersionUse use, VersionLimits limits, long days, int daysMax, Optional<Roll> roll) {
  /** What a version has a limit of. */
  public enum Limit {
    MESSAGES("messages"),
    BYTES("bytes"),
    DATA_KEYS("dataKeys"),
    DAYS("days");

    private final String wireName;

    Limit(String wireName) {
      this.wireName = wireName;
    }

    /** The name in answers. */
    public String wireName() {
      return wireName;
    }
  }

  /** That {@code by} comes first, at {@code at}; a time that has passed says that it is due. */
  public record Roll(Instant at, Limit by) {}

  /** Forecasts end here. */
  private static final double DAYS_MOST = 36_500;

  private static final double DAY_MS = Duration.ofDays(1).toMillis();

  /** The standing of {@code version} of {@code key}, whose class has {@code rules}. */
  public static VersionStanding of(
      KmsKey key, KeyVersion version, VersionUse use, DataClassRules rules, Instant now) {
    boolean current = version.number() == key.currentVersion();
    Instant until =
        key.version(version.number() + 1)
            .filter(next -> next.number() <= key.currentVersion())
            .map(KeyVersion::createdAt)
            .orElse(now);
    Duration age = Duration.between(version.createdAt(), until);
    return new VersionStanding(
        use,
        rules.versions(),
        Math.max(0, age.toDays()),
        rules.rotationDays(),
        current && key.state().name() == KeyState.Name.ACTIVE
            ? Optional.of(roll(use, rules, version.createdAt(), now))
            : Optional.empty());
  }

  private static Roll roll(VersionUse use, DataClassRules rules, Instant madeAt, Instant now) {
    VersionLimits limits = rules.versions();
    double share = VersionLimits.ROLL_SHARE;
    RecentUse rate = use.recentAt(now).perDay(Duration.between(madeAt, now));
    Roll first = new Roll(madeAt.plus(Duration.ofDays(rules.rotationDays())), Limit.DAYS);
    first =
        earlier(
            first,
            new Roll(
                at(now, limits.messages(share) - use.messages(), rate.messages()), Limit.MESSAGES));
    first =
        earlier(
            first, new Roll(at(now, limits.bytes(share) - use.bytes(), rate.bytes()), Limit.BYTES));
    return earlier(
        first,
        new Roll(
            at(now, limits.dataKeys(share) - use.dataKeys(), rate.dataKeys()), Limit.DATA_KEYS));
  }

  private static Instant at(Instant now, long left, double perDay) {
    if (left <= 0) {
      return now;
    }
    double days = perDay <= 0 ? DAYS_MOST : Math.min(DAYS_MOST, left / perDay);
    return now.plusMillis((long) (days * DAY_MS));
  }

  private static Roll earlier(Roll one, Roll other) {
    return other.at().isBefore(one.at()) ? other : one;
  }

  /** How many messages are left before the limit. */
  public long messagesLeft() {
    return Math.max(0, limits.messagesMax() - use.messages());
  }

  /** How many bytes are left before the limit. */
  public long bytesLeft() {
    return Math.max(0, limits.bytesMax() - use.bytes());
  }

  /** How many data keys are left before the limit. */
  public long dataKeysLeft() {
    return Math.max(0, limits.dataKeysMax() - use.dataKeys());
  }

  /** How many days are left before the limit. */
  public long daysLeft() {
    return Math.max(0, daysMax - days);
  }

  /** How much of the limit that comes first by use is used, in thousandths; days do not count. */
  public long usedPermille() {
    double share =
        Math.max(
            (double) use.messages() / limits.messagesMax(),
            Math.max(
                (double) use.bytes() / limits.bytesMax(),
                (double) use.dataKeys() / limits.dataKeysMax()));
    return (long) (share * 1_000);
  }
}
