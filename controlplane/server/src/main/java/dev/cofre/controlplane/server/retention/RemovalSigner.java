package dev.cofre.controlplane.server.retention;

import java.security.PublicKey;

/** Signs records of removals, by a key in the HSM. Thread-safe; may wait for the HSM. */
public interface RemovalSigner {
  /** What verifies the signatures: of P-256. */
  PublicKey publicKey();

  /** ECDSA over P-256 with SHA-256, DER, of {@code input}, which begins with its domain. */
  byte[] sign(byte[] input);
}
