package dev.cofre.hsm;

import dev.cofre.contract.random.KernelRandom;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.ProviderException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import javax.crypto.AEADBadTagException;

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
    /** One encryption, not tried again. */
    byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key)
        throws GeneralSecurityException;

    /** One decryption, not tried again. */
    ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
        throws GeneralSecurityException;

    /** Finds session and keys again. */
    void reload();
  }

  /** Tries once more after a reload: the token may have lost the session or the handle. */
  byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
    try {
      return token.encrypt(kekLabel, iv, aad, key);
    } catch (GeneralSecurityException | ProviderException first) {
      token.reload();
      try {
        return token.encrypt(kekLabel, iv, aad, key);
      } catch (GeneralSecurityException | ProviderException e) {
        throw failed(e);
      }
    }
  }

  /** The same, except for a wrap that a working token rejects. */
  ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
    try {
      return decryptOnce(kekLabel, iv, aad, wrapped);
    } catch (GeneralSecurityException | ProviderException first) {
      provenAtNs.remove(kekLabel);
      token.reload();
      try {
        return decryptOnce(kekLabel, iv, aad, wrapped);
      } catch (GeneralSecurityException | ProviderException e) {
        throw failed(e);
      }
    }
  }

  private ClearKey decryptOnce(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
      throws GeneralSecurityException {
    try {
      return token.decrypt(kekLabel, iv, aad, wrapped);
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
    try (ClearKey canary = ClearKey.random(KernelRandom.INSTANCE, CANARY_LENGTH)) {
      byte[] sealed = token.encrypt(kekLabel, iv, CANARY_AAD, canary);
      try (ClearKey opened = token.decrypt(kekLabel, iv, CANARY_AAD, sealed)) {
        return MessageDigest.isEqual(canary.copy(), opened.copy()); // it keys nothing
      }
    } catch (GeneralSecurityException | ProviderException e) {
      System.getLogger(TokenCipher.class.getName())
          .log(System.Logger.Level.DEBUG, "the canary under " + kekLabel + " failed", e);
      return false;
    }
  }
}
