package dev.cofre.hsm;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
 * <p>The provider's key store shows the token as it was when it was loaded, and loading lists every
 * object several times: seconds where a token holds thousands that each are a file. So a KEK that
 * was made since is used through the module's own functions, until the next login. For a module
 * that does not take them so, that is at once: the call fails, and is tried again after a new
 * login.
 *
 * <p>Thread-safe. Memory: a handle for each KEK in use, at most {@value #LATER_MAX} labels of those
 * that were made later.
 */
final class SunPkcs11Backend implements WrapBackend {
  private static final int TAG_BITS = 128;
  private static final int LATER_MAX = 100_000;

  private final SunToken token;
  private final WrapBackend direct;
  private final Map<String, SecretKey> keks = new ConcurrentHashMap<>();

  /** The labels of KEKs that the key store did not show when they were asked for. */
  private final Set<String> later = ConcurrentHashMap.newKeySet();

  /** Through {@code token}; what its key store lacks, through {@code direct}. */
  SunPkcs11Backend(SunToken token, WrapBackend direct) {
    this.token = token;
    this.direct = direct;
  }

  @Override
  public byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key)
      throws GeneralSecurityException {
    Optional<SecretKey> kek = kek(kekLabel);
    if (kek.isEmpty()) {
      return direct.encrypt(kekLabel, iv, aad, key);
    }
    Cipher gcm = gcm(Cipher.ENCRYPT_MODE, kek.get(), iv, aad);
    byte[] wrapped = new byte[gcm.getOutputSize(key.length())];
    return Arrays.copyOf(wrapped, gcm.doFinal(key.bytes(), ByteBuffer.wrap(wrapped)));
  }

  @Override
  public ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
      throws GeneralSecurityException {
    Optional<SecretKey> kek = kek(kekLabel);
    if (kek.isEmpty()) {
      return direct.decrypt(kekLabel, iv, aad, wrapped);
    }
    Cipher gcm = gcm(Cipher.DECRYPT_MODE, kek.get(), iv, aad);
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

  private Cipher gcm(int mode, SecretKey kek, byte[] iv, byte[] aad)
      throws GeneralSecurityException {
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding", token.provider());
    gcm.init(mode, kek, new GCMParameterSpec(TAG_BITS, iv));
    gcm.updateAAD(aad);
    return gcm;
  }

  private Optional<SecretKey> kek(String label) {
    SecretKey known = keks.get(label);
    if (known != null) {
      return Optional.of(known);
    }
    if (later.contains(label)) {
      return Optional.empty();
    }
    Optional<SecretKey> found = token.kek(label);
    if (found.isPresent()) {
      keks.put(label, found.get());
    } else if (later.size() < LATER_MAX) {
      later.add(label);
    }
    return found;
  }

  @Override
  public void forget(String kekLabel) {
    keks.remove(kekLabel);
    later.remove(kekLabel);
    direct.forget(kekLabel);
  }

  @Override
  public void close() {
    keks.clear();
    later.clear();
    direct.close();
  }
}
