package dev.cofre.hsm;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-GCM by the JDK's PKCS#11 provider, which pools its sessions and makes four calls where there
 * is AAD: it cannot be told of it before it begins.
 *
 * <p>Data keys lie in direct buffers, which the provider hands to the module as they are; arrays it
 * would copy.
 *
 * <p>Thread-safe. A KEK is asked for by its label alone first: the provider's key store lists all
 * keys of the token to find one, which is done only for one that is there.
 */
final class SunPkcs11Backend implements WrapBackend {
  private static final int TAG_BITS = 128;

  private final SunToken token;
  private final PinUse pin;
  private final Predicate<String> isInToken;
  private final Map<String, SecretKey> keks = new ConcurrentHashMap<>();

  SunPkcs11Backend(SunToken token, PinUse pin, Predicate<String> isInToken) {
    this.token = token;
    this.pin = pin;
    this.isInToken = isInToken;
  }

  @Override
  public byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key)
      throws GeneralSecurityException {
    Cipher gcm = gcm(Cipher.ENCRYPT_MODE, kekLabel, iv, aad);
    byte[] wrapped = new byte[gcm.getOutputSize(key.length())];
    return Arrays.copyOf(wrapped, gcm.doFinal(key.bytes(), ByteBuffer.wrap(wrapped)));
  }

  @Override
  public ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
      throws GeneralSecurityException {
    Cipher gcm = gcm(Cipher.DECRYPT_MODE, kekLabel, iv, aad);
    // With room for the tag, which some modules want to see.
    ClearKey key = ClearKey.ofLength(wrapped.length);
    boolean done = false;
    try {
      ClearKey opened = key.cutTo(gcm.doFinal(ByteBuffer.wrap(wrapped), key.bytes()));
      done = true;
      return opened;
    } finally {
      if (!done) {
        key.close();
      }
    }
  }

  private Cipher gcm(int mode, String kekLabel, byte[] iv, byte[] aad)
      throws GeneralSecurityException {
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding", token.provider());
    gcm.init(mode, kek(kekLabel), new GCMParameterSpec(TAG_BITS, iv));
    gcm.updateAAD(aad);
    return gcm;
  }

  private SecretKey kek(String label) {
    SecretKey known = keks.get(label);
    if (known != null) {
      return known;
    }
    if (!isInToken.test(label)) {
      throw new KekMissingException(label);
    }
    Optional<SecretKey> found = token.kek(label);
    if (found.isEmpty()) {
      token.load(pin);
      found = token.kek(label);
    }
    // The token has it: a list that lacks it was made while nobody was logged in.
    SecretKey kek = found.orElseThrow(() -> new TokenFailure("the key is not listed"));
    keks.put(label, kek);
    return kek;
  }

  @Override
  public void forget(String kekLabel) {
    keks.remove(kekLabel);
  }

  @Override
  public void close() {
    keks.clear();
  }
}
