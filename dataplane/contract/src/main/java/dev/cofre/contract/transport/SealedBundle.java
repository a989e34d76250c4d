package dev.cofre.contract.transport;

import dev.cofre.contract.random.RandomSource;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * Bytes sealed to a recipient's RSA key as a JWE in its compact form (RFC 7516): {@code
 * HEADER.KEY.IV.CIPHERTEXT.TAG}, each in base64url without padding. {@code alg} is RSA-OAEP-256,
 * {@code enc} A256GCM (RFC 7518); {@code kid} is {@code sha256:} and the recipient's {@link
 * RecipientKey#fingerprint}. Any library of JOSE opens it. Stateless.
 */
public final class SealedBundle {
  private static final int KEY_LENGTH = 32;
  private static final int IV_LENGTH = 12;
  private static final int TAG_LENGTH = 16;
  private static final OAEPParameterSpec OAEP =
      new OAEPParameterSpec(
          "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

  private SealedBundle() {}

  /**
   * Seals {@code plaintext}, which stays the caller's, to {@code recipient}.
   *
   * @return ASCII
   */
  public static byte[] seal(RecipientKey recipient, byte[] plaintext, RandomSource random) {
    byte[] contentKey = random.bytes(KEY_LENGTH);
    byte[] iv = random.bytes(IV_LENGTH);
    byte[] header = header(recipient);
    try {
      Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
      rsa.init(Cipher.ENCRYPT_MODE, recipient.key(), OAEP);
      byte[] sealedKey = rsa.doFinal(contentKey);
      Cipher gcm = gcm(Cipher.ENCRYPT_MODE, contentKey, iv, header);
      byte[] sealed = gcm.doFinal(plaintext);
      int length = sealed.length - TAG_LENGTH;
      return joined(
          header,
          coded(sealedKey),
          coded(iv),
          coded(Arrays.copyOf(sealed, length)),
          coded(Arrays.copyOfRange(sealed, length, sealed.length)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks RSA-OAEP or AES-GCM", e);
    } finally {
      Arrays.fill(contentKey, (byte) 0);
    }
  }

  /**
   * Opens what {@link #seal} made for the public key of {@code key}.
   *
   * @param own the public key that belongs to {@code key}
   * @return the plaintext, which the caller overwrites; empty when it is for another key, or was
   *     changed
   */
  public static Optional<byte[]> open(RSAPublicKey own, PrivateKey key, byte[] bundle) {
    String[] parts = new String(bundle, StandardCharsets.US_ASCII).strip().split("\\.", -1);
    byte[] header = header(new RecipientKey(own));
    if (parts.length != 5 || !Arrays.equals(header, parts[0].getBytes(StandardCharsets.US_ASCII))) {
      return Optional.empty();
    }
    byte[] contentKey = null;
    try {
      byte[] iv = decoded(parts[2]);
      byte[] text = decoded(parts[3]);
      byte[] tag = decoded(parts[4]);
      if (iv.length != IV_LENGTH || tag.length != TAG_LENGTH) {
        return Optional.empty();
      }
      Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
      rsa.init(Cipher.DECRYPT_MODE, key, OAEP);
      contentKey = rsa.doFinal(decoded(parts[1]));
      byte[] sealed = Arrays.copyOf(text, text.length + tag.length);
      System.arraycopy(tag, 0, sealed, text.length, tag.length);
      return contentKey.length == KEY_LENGTH
          ? Optional.of(gcm(Cipher.DECRYPT_MODE, contentKey, iv, header).doFinal(sealed))
          : Optional.empty();
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Which part is wrong is nobody's business.
      return Optional.empty();
    } finally {
      if (contentKey != null) {
        Arrays.fill(contentKey, (byte) 0);
      }
    }
  }

  /** Authenticated as it stands; it follows from the recipient alone. */
  private static byte[] header(RecipientKey recipient) {
    String json =
        "{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A256GCM\",\"cty\":\"json\",\"kid\":\"sha256:"
            + recipient.fingerprint()
            + "\"}";
    return coded(json.getBytes(StandardCharsets.US_ASCII));
  }

  private static Cipher gcm(int mode, byte[] key, byte[] iv, byte[] header)
      throws GeneralSecurityException {
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    gcm.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, iv));
    gcm.updateAAD(header);
    return gcm;
  }

  private static byte[] coded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encode(bytes);
  }

  private static byte[] decoded(String part) {
    return Base64.getUrlDecoder().decode(part);
  }

  private static byte[] joined(byte[]... parts) {
    int length = parts.length - 1;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      if (at > 0) {
        whole[at++] = '.';
      }
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }
}
