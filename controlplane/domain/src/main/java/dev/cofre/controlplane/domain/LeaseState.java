package dev.cofre.controlplane.domain;

/** Where a lease is in its life. */
public enum LeaseState {
  /** Written ahead: its credential may or may not be there yet. */
  PENDING,
  /** Its credential works and was handed out. */
  ACTIVE,
  /** Its credential is to go, and is tried to be removed until it is gone. */
  REVOKING,
  /** Its credential is gone. */
  REVOKED
}
