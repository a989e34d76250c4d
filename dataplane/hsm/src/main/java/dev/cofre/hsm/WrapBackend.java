package dev.cofre.hsm;

import java.security.GeneralSecurityException;

/**
 * What carries AES-GCM under the token's KEKs to the module, for the time of one login.
 *
 * <p>Thread-safe. Called while no restart of the module can begin. It fails with an {@link
 * javax.crypto.AEADBadTagException} when the token does not open a wrap, with another {@link
 * GeneralSecurityException} or a {@link java.security.ProviderException} when it fails otherwise,
 * and with a {@link KekMissingException}.
 */
interface WrapBackend {
  byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key)
      throws GeneralSecurityException;

  ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
      throws GeneralSecurityException;

  /** Forgets what it knows of {@code kekLabel}, which was destroyed. */
  void forget(String kekLabel);

  /** Gives back its sessions, where they are still its own. */
  void close();
}
