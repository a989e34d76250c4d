package dev.cofre.controlplane.domain;

import java.time.Duration;

/**
 * How much a version was used of late: sums in which a use weighs less the longer it is ago, by the
 * exponential of its age in days. Two sums of one moment add up. Immutable.
 *
 * @param messages weighted
 * @param bytes weighted
 * @param dataKeys weighted
 */
public record RecentUse(double messages, double bytes, double dataKeys) {
  /** Nothing. */
  public static final RecentUse NONE = new RecentUse(0, 0, 0);

  /** Younger versions are taken as this old: the first minute says little. */
  private static final double AGE_DAYS_LEAST = 1 / 1_440.0;

  private static final double DAY_MS = Duration.ofDays(1).toMillis();

  /** What a use that is {@code age} ago weighs, from 0 to 1; one of the future is of now. */
  public static double weight(Duration age) {
    return Math.exp(-Math.max(0, age.toMillis()) / DAY_MS);
  }

  /** The same, {@code later} on. */
  public RecentUse after(Duration later) {
    double weight = weight(later);
    return new RecentUse(messages * weight, bytes * weight, dataKeys * weight);
  }

  /** Both, of one moment. */
  public RecentUse plus(RecentUse other) {
    return new RecentUse(messages + other.messages, bytes + other.bytes, dataKeys + other.dataKeys);
  }

  /**
   * The present rates a day: of a use at an even rate exactly that, however old the version is.
   *
   * @param age of the version
   */
  public RecentUse perDay(Duration age) {
    double days = Math.max(AGE_DAYS_LEAST, age.toMillis() / DAY_MS);
    double weightOfAll = 1 - Math.exp(-days);
    return new RecentUse(messages / weightOfAll, bytes / weightOfAll, dataKeys / weightOfAll);
  }
}
