package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * What was encrypted under one version of a key so far, by all nodes, as far as their audit logs
 * are archived and counted. Immutable. A sum stays at the largest number where it would go beyond.
 *
 * @param messages plaintexts that were encrypted
 * @param bytes of these plaintexts
 * @param dataKeys data keys that were wrapped and used, or handed out
 * @param recent weighted as of {@code at}
 * @param at when something was added last
 */
public record VersionUse(
    UUID keyId,
    int version,
    long messages,
    long bytes,
    long dataKeys,
    RecentUse recent,
    Instant at) {

  /** Of a version that was not used. */
  public static VersionUse none(UUID keyId, int version, Instant now) {
    return new VersionUse(keyId, version, 0, 0, 0, RecentUse.NONE, now);
  }

  /** What was used of late, weighted as of {@code now}. */
  public RecentUse recentAt(Instant now) {
    return recent.after(Duration.between(at, now));
  }
}
