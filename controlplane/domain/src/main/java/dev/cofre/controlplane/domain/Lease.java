package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * A credential that the vault made, without its password, which is kept nowhere. Immutable.
 *
 * @param engine the engine's id
 * @param role the role's name
 * @param principal whose it is
 * @param userName its name in the target, never used again
 * @param owned what becomes of what it made there
 * @param expiresAt when it ends unless it is renewed
 * @param maxExpiresAt when it ends in any case
 * @param nextAt when something is due for it; null when nothing ever is
 * @param attempts how often its removal has failed
 * @param lastError why, the last time; null when it did not
 * @param reason why it ends; null while it does not
 * @param endedAt when it was gone; null before
 */
public record Lease(
    UUID id,
    String tenant,
    UUID engine,
    String role,
    String principal,
    String userName,
    DynamicRoleDraft.OwnedObjects owned,
    LeaseState state,
    Instant issuedAt,
    Instant expiresAt,
    Instant maxExpiresAt,
    Instant nextAt,
    int attempts,
    String lastError,
    String reason,
    Instant endedAt) {
  /** Whether its time is over. */
  public boolean isExpired(Instant now) {
    return !now.isBefore(expiresAt);
  }
}
