package dev.cofre.contract.tombstone;

import dev.cofre.contract.snapshot.SnapshotVerifier;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * Verifies tombstones with an installation's verification key, the one that nodes pin for
 * snapshots. Immutable and thread-safe.
 *
 * <p>What is signed is {@code "cofre tombstone v1" ‖ 0x00 ‖ document}: no snapshot statement is a
 * tombstone, and the other way round.
 */
public final class TombstoneVerifier {
  private static final byte[] DOMAIN = "cofre tombstone v1\0".getBytes(StandardCharsets.US_ASCII);

  private final PublicKey key;

  /** Verifies with {@code key}. */
  public TombstoneVerifier(PublicKey key) {
    this.key = key;
  }

  /**
   * Reads the verification key from PEM ({@code BEGIN PUBLIC KEY}).
   *
   * @throws IllegalArgumentException when {@code pem} does not hold an EC public key
   */
  public static TombstoneVerifier fromPem(String pem) {
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    try {
      byte[] spki = Base64.getDecoder().decode(body);
      return new TombstoneVerifier(
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("not a PEM file with an EC public key", e);
    }
  }

  /** The bytes that the signature of {@code document} covers. */
  public static byte[] signingInput(byte[] document) {
    byte[] input = Arrays.copyOf(DOMAIN, DOMAIN.length + document.length);
    System.arraycopy(document, 0, input, DOMAIN.length, document.length);
    return input;
  }

  /** Whether {@code signature} (ECDSA P-256 with SHA-256, DER) is the key's over the document. */
  public boolean verifies(byte[] document, byte[] signature) {
    try {
      Signature verification = Signature.getInstance(SnapshotVerifier.ALGORITHM);
      verification.initVerify(key);
      verification.update(signingInput(document));
      return verification.verify(signature);
    } catch (GeneralSecurityException e) {
      // A signature that is no DER is no signature of the key.
      return false;
    }
  }
}
