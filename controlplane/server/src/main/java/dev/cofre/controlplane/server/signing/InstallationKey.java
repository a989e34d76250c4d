package dev.cofre.controlplane.server.signing;

import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import java.security.PublicKey;

/**
 * The key in the HSM that signs snapshots, tombstones and records of removals, each with a domain
 * of its own. Nodes pin its public half. Thread-safe; calls the HSM, so it is not called on an
 * event loop.
 */
public final class InstallationKey {
  /** Its label in the HSM. */
  public static final String LABEL = "snapshot-signing";

  private final Hsm hsm;
  private volatile Hsm.SigningKey key;

  /** Finds it in the HSM, or has it made there. */
  public InstallationKey(Hsm hsm) {
    this.hsm = hsm;
    this.key = hsm.signingKey(LABEL);
  }

  /** What verifies the signatures. */
  public PublicKey publicKey() {
    return key.publicKey();
  }

  /** ECDSA over P-256 with SHA-256, DER, of {@code input}, which begins with its domain. */
  public byte[] sign(byte[] input) {
    try {
      return key.sign(input);
    } catch (HsmException e) {
      // The token may have ended the session that the key belongs to: fetch the key once more.
      key = hsm.signingKey(LABEL);
      return key.sign(input);
    }
  }
}
