package dev.cofre.hsm;

import java.security.PublicKey;
import java.util.Optional;
import java.util.Set;

/**
 * A logged-in token. Its keys are named by label; their bytes never enter this process.
 *
 * <p>Thread-safe. Every call may block on the device, so none is made on an event loop (invariant
 * I8).
 */
public interface Hsm extends AutoCloseable {
  /** The length of an IV that {@link #wrap} takes. */
  int IV_LENGTH = 12;

  /**
   * Generates an AES-256 KEK inside the token: sensitive, not extractable, kept.
   *
   * @throws HsmException when the label is in use or the token fails
   */
  default void generateKek(String label) {
    generateKek(label, false);
  }

  /**
   * The same.
   *
   * @param exportable whether it may leave, wrapped by the token (CKA_EXTRACTABLE)
   */
  void generateKek(String label, boolean exportable);

  /**
   * The same for a label that the caller has just made up, with enough randomness in it that nobody
   * else can have: it is not looked for first, which some tokens open every object for.
   */
  default void generateFreshKek(String label, boolean exportable) {
    generateKek(label, exportable);
  }

  /** Whether the token holds a KEK with {@code label}. */
  boolean hasKek(String label);

  /** The labels of all secret keys that the token holds. It lists each object: not for often. */
  Set<String> kekLabels();

  /** Destroys the KEK with {@code label}; does nothing when there is none. */
  void destroyKek(String label);

  /**
   * Encrypts {@code key} with AES-256-GCM inside the token.
   *
   * @param iv {@value #IV_LENGTH} bytes, never used with this KEK before
   * @param key left as it is
   * @return ciphertext ‖ tag (16 bytes)
   * @throws KekMissingException when there is no such KEK
   * @throws HsmException when the token fails
   */
  byte[] wrap(String kekLabel, byte[] iv, byte[] aad, ClearKey key);

  /**
   * Decrypts what {@link #wrap} made. The caller closes the answer after use.
   *
   * @throws WrapRejectedException when it was not made with this KEK, IV and AAD: the token said
   *     so, or it works under this KEK otherwise
   * @throws KekMissingException when there is no such KEK
   * @throws HsmException when the token fails
   */
  ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped);

  /**
   * The signing key with {@code label}, generated inside the token (ECDSA P-256, sensitive, not
   * extractable) when there is none yet.
   */
  default SigningKey signingKey(String label) {
    return signingKey(label, SigningCurve.P256);
  }

  /** The same on {@code curve}; a key that is there stays as it is, on whatever curve. */
  SigningKey signingKey(String label, SigningCurve curve);

  /**
   * The signing key with {@code label}, which is never made by this: for keys whose public half
   * others trust. It lists the token when it has not seen the key yet.
   *
   * @return empty when the token holds none
   */
  Optional<SigningKey> findSigningKey(String label);

  /** Destroys the signing key with {@code label}; does nothing when there is none. */
  void destroySigningKey(String label);

  /** The public half of the signing key with {@code label}, if there is one. */
  Optional<PublicKey> signingPublicKey(String label);

  /**
   * Import and export of keys.
   *
   * @throws WrappingNotAvailableException when this kind of HSM has none
   */
  default KeyTransport transport() {
    throw new WrappingNotAvailableException("this HSM neither imports nor exports keys");
  }

  /** Proves that the token answers: a cheap call into the device. */
  void ping();

  /**
   * Gives up all sessions and what was learned of the token, has the module begin anew where that
   * is possible, and logs in again. For when the token fails although it should work; calls of
   * other threads wait or fail meanwhile.
   *
   * @throws HsmException when the token is still away, or the PIN was refused once
   */
  void heal();

  /** Logs out. */
  @Override
  void close();

  /** A private key that stays in the token. Thread-safe. */
  interface SigningKey {
    /** The public half. */
    PublicKey publicKey();

    /** ECDSA with the digest of the key's {@link SigningCurve}, DER. */
    byte[] sign(byte[] message);
  }
}
