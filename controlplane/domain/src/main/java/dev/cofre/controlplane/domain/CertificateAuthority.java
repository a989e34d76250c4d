package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * A certificate authority whose key is in the HSM. Immutable but for the bytes of {@code
 * certificate}, which nobody may change.
 *
 * @param id never reused; names its key in the HSM and its public paths
 * @param certificate its own, DER; null until its key was made
 * @param notBefore from when on it is valid; null as above
 * @param notAfter until when it is valid; null as above
 */
public record CertificateAuthority(
    UUID id,
    CertificateAuthorityDraft draft,
    State state,
    byte[] certificate,
    Instant notBefore,
    Instant notAfter,
    Stamp stamp) {
  /** Where it is in its life. */
  public enum State {
    /** Written ahead: its key may be in the HSM. */
    PENDING,
    /** It issues. */
    ACTIVE,
    /** It was removed; its key is to be destroyed. */
    ENDING
  }

  /** The name within the tenant. */
  public String name() {
    return draft.name();
  }

  /** The tenant. */
  public String tenant() {
    return draft.tenant();
  }

  /** What its key is called in the HSM. */
  public String keyLabel() {
    return "x509-ca-" + id;
  }
}
