package dev.cofre.controlplane.server;

import dev.cofre.controlplane.server.retention.RemovalSigner;
import dev.cofre.controlplane.server.signing.InstallationKey;
import java.security.PublicKey;

/** Signs records of removals by the installation's key. Thread-safe; waits for the HSM. */
record InstallationSigner(InstallationKey key) implements RemovalSigner {
  @Override
  public PublicKey publicKey() {
    return key.publicKey();
  }

  @Override
  public byte[] sign(byte[] input) {
    return key.sign(input);
  }
}
