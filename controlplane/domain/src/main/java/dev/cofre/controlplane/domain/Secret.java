package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * What is known of a secret without its values. Immutable.
 *
 * @param id never reused; bound to every value
 * @param currentVersion the number of the version that is read when none is named
 */
public record Secret(UUID id, SecretDraft draft, int currentVersion, Stamp stamp) {
  /** The name within the tenant. */
  public String name() {
    return draft.name();
  }

  /** The tenant. */
  public String tenant() {
    return draft.tenant();
  }

  /** Whether its time is over. */
  public boolean isExpired(Instant now) {
    return !now.isBefore(draft.expiresAt());
  }

  /** The same, described by {@code changed}. */
  public Secret described(SecretDraft changed, Instant now, String by) {
    return new Secret(id, changed, currentVersion, stamp.changed(now, by));
  }

  /** The same with the version {@code number}, which is read from now on. */
  public Secret with(int number, Instant now, String by) {
    return new Secret(id, draft, number, stamp.changed(now, by));
  }

  /** The same with another current version that a rotation wrote: nobody changed the secret. */
  public Secret rotated(int number) {
    return new Secret(id, draft, number, stamp);
  }

  /** The same, changed by {@code by}. */
  public Secret stamped(Instant now, String by) {
    return new Secret(id, draft, currentVersion, stamp.changed(now, by));
  }
}
