package dev.cofre.controlplane.domain;

/** Where a certificate is in its life; that it has expired is told by its times. */
public enum CertificateState {
  /** Written ahead: it may have been signed, and nobody has it. */
  PENDING,
  /** Handed out. */
  ACTIVE,
  /** On its authority's revocation list, until it has expired. */
  REVOKED
}
