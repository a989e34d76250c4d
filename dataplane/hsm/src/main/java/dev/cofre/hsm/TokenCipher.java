package dev.cofre.hsm;

import dev.cofre.contract.random.KernelRandom;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.ProviderException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * AES-GCM under the token's KEKs, and whose fault it is when it fails.
 *
 * <p>Most tokens answer a failed authentication with CKR_GENERAL_ERROR, which SunPKCS11 makes a bad
 * tag, and so they may answer a failure of their own. Hence a bad tag is believed only of a token
 * that was just seen to work: a canary is wrapped and unwrapped under the same KEK. That it was
 * good is remembered for {@value #TRUST_NS} ns, so that junk does not multiply the token's load.
 *
 * <p>Thread-safe.
 */
final class TokenCipher {
  private static final long TRUST_NS = 1_000_000_000L;
  private static final int CANARY_LENGTH = 32;
  private static final byte[] CANARY_AAD = "cofre canary".getBytes(StandardCharsets.US_ASCII);

  private final Token token;
  private final LongSupplier clockNs;
  private final ConcurrentMap<String, Long> provenAtNs = new ConcurrentHashMap<>();

  /** Works with {@code token}; {@code clockNs} counts like {@link System#nanoTime()}. */
  TokenCipher(Token token, LongSupplier clockNs) {
    this.token = token;
    this.clockNs = clockNs;
  }

  /** The device. */
  interface Token {
    /** One encryption or decryption, not tried again. */
    byte[] crypt(int mode, String kekLabel, byte[] iv, byte[] aad, byte[] input)
        throws GeneralSecurityException;

    /** Finds session and keys again. */
    void reload();
  }

  /** Tries once more after a reload: the token may have lost the session or the handle. */
  byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, byte[] input) {
    try {
      return token.crypt(Cipher.ENCRYPT_MODE, kekLabel, iv, aad, input);
    } catch (GeneralSecurityException | ProviderException first) {
      token.reload();
      try {
        return token.crypt(Cipher.ENCRYPT_MODE, kekLabel, iv, aad, input);
      } catch (GeneralSecurityException | ProviderException e) {
        throw failed(e);
      }
    }
  }

  /** The same, except for a wrap that a working token rejects. */
  byte[] decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] input) {
    try {
      return decryptOnce(kekLabel, iv, aad, input);
    } catch (GeneralSecurityException | ProviderException first) {
      provenAtNs.remove(kekLabel);
      token.reload();
      try {
        return decryptOnce(kekLabel, iv, aad, input);
      } catch (GeneralSecurityException | ProviderException e) {
        throw failed(e);
      }
    }
  }

  private byte[] decryptOnce(String kekLabel, byte[] iv, byte[] aad, byte[] input)
      throws GeneralSecurityException {
    try {
      return token.crypt(Cipher.DECRYPT_MODE, kekLabel, iv, aad, input);
    } catch (AEADBadTagException e) {
      if (isCertain(e) || isProven(kekLabel)) {
        throw new WrapRejectedException(e);
      }
      throw e;
    }
  }

  private static HsmException failed(Exception cause) {
    return new HsmException("the HSM failed", cause);
  }

  /** Whether the token itself said that it is the ciphertext. */
  private static boolean isCertain(AEADBadTagException e) {
    if (e instanceof UnverifiedWrap unverified) {
      return unverified.isCertain();
    }
    return e.getCause() != null
        && String.valueOf(e.getCause().getMessage()).contains("CKR_ENCRYPTED_DATA_INVALID");
  }

  private boolean isProven(String kekLabel) {
    long now = clockNs.getAsLong();
    Long at = provenAtNs.get(kekLabel);
    if (at != null && now - at < TRUST_NS) {
      return true;
    }
    if (!canaryLives(kekLabel)) {
      return false;
    }
    provenAtNs.put(kekLabel, now);
    return true;
  }

  private boolean canaryLives(String kekLabel) {
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    byte[] canary = KernelRandom.INSTANCE.bytes(CANARY_LENGTH);
    try {
      byte[] sealed = token.crypt(Cipher.ENCRYPT_MODE, kekLabel, iv, CANARY_AAD, canary);
      byte[] opened = token.crypt(Cipher.DECRYPT_MODE, kekLabel, iv, CANARY_AAD, sealed);
      return MessageDigest.isEqual(canary, opened);
    } catch (GeneralSecurityException | ProviderException e) {
      System.getLogger(TokenCipher.class.getName())
          .log(System.Logger.Level.DEBUG, "the canary under " + kekLabel + " failed", e);
      return false;
    } finally {
      Arrays.fill(canary, (byte) 0);
    }
  }
}
