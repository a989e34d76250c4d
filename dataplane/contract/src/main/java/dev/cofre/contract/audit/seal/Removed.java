package dev.cofre.contract.audit.seal;

import java.time.Instant;

/**
 * What retention removed from the beginning of a chain, as signed records say. Immutable.
 *
 * @param segments how many
 * @param events how many these held
 * @param lost of how many of these there had been no more than the hash
 * @param end the index behind the last of them
 * @param oldest the time of the oldest one
 * @param newest the time of the newest one
 * @param policy what asked for the last removal
 * @param decided when that was decided
 */
public record Removed(
    long segments,
    long events,
    long lost,
    long end,
    Instant oldest,
    Instant newest,
    String policy,
    Instant decided) {

  /** Of {@code one} alone. */
  public static Removed of(RemovalRecord one) {
    return new Removed(
        1,
        one.count(),
        one.lost(),
        one.end(),
        one.oldest(),
        one.newest(),
        one.policy(),
        one.decided());
  }

  /** With {@code next}, which follows on it. */
  public Removed and(RemovalRecord next) {
    return new Removed(
        segments + 1,
        events + next.count(),
        lost + next.lost(),
        Math.max(end, next.end()),
        oldest.isBefore(next.oldest()) ? oldest : next.oldest(),
        newest.isAfter(next.newest()) ? newest : next.newest(),
        next.policy(),
        next.decided());
  }
}
