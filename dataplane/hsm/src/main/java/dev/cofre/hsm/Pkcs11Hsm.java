package dev.cofre.hsm;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * An HSM through SunPKCS11: portable, AES-GCM with AAD on token keys as the wrap.
 *
 * <p>Concurrency: thread-safe; the provider pools its sessions. Keys are found through a key store,
 * whose view another process's new keys enter only on a reload: a label that is not known is looked
 * for once more after one. The same reload heals a session that the token has ended
 * (CKR_OBJECT_HANDLE_INVALID, CKR_USER_NOT_LOGGED_IN).
 *
 * <p>A PIN that the token refused is never tried again, nor any after {@link #close()}: tokens lock
 * themselves after a few wrong ones. A new PIN takes a restart.
 */
public final class Pkcs11Hsm implements Hsm {
  private static final int TAG_BITS = 128;
  private static final AtomicInteger INSTANCES = new AtomicInteger();

  private final Provider provider;
  private final Pin pin;
  private final ConcurrentMap<String, SecretKey> keks = new ConcurrentHashMap<>();
  private final TokenCipher cipher =
      new TokenCipher(
          new TokenCipher.Token() {
            @Override
            public byte[] crypt(int mode, String kekLabel, byte[] iv, byte[] aad, byte[] input)
                throws GeneralSecurityException {
              return Pkcs11Hsm.this.crypt(mode, kekLabel, iv, aad, input);
            }

            @Override
            public void reload() {
              Pkcs11Hsm.this.reload();
            }
          },
          System::nanoTime);
  private volatile KeyStore keyStore;

  /** Why no login is tried any more; null while one may be. */
  private volatile HsmException refused;

  private Pkcs11Hsm(Provider provider, Pin pin) {
    this.provider = provider;
    this.pin = pin;
  }

  /**
   * Logs in, trying the PIN once.
   *
   * @param pin kept until {@link #close()}, to log in again when the token was away
   * @throws HsmException when there is no module, no token, or the PIN is refused
   */
  public static Pkcs11Hsm login(HsmConfig config, Pin pin) {
    Cryptoki module = Cryptoki.load(config.library());
    long slot =
        config.slot().isPresent() ? config.slot().getAsLong() : module.slotOf(config.tokenLabel());
    Provider base = Security.getProvider("SunPKCS11");
    if (base == null) {
      throw new HsmException(
          "this Java runtime lacks the module jdk.crypto.cryptoki; use a full JDK 25");
    }
    Pkcs11Hsm hsm;
    try {
      hsm = new Pkcs11Hsm(base.configure(providerConfig(config, slot)), pin);
    } catch (ProviderException | java.security.InvalidParameterException e) {
      throw new HsmException(
          "slot "
              + slot
              + " of "
              + config.library()
              + " cannot be used; check hsm.slot and hsm.tokenLabel",
          e);
    }
    hsm.reload();
    return hsm;
  }

  private static String providerConfig(HsmConfig config, long slot) {
    return """
        --
        name = cofre%d
        library = "%s"
        slot = %d
        showInfo = false
        attributes(generate,CKO_SECRET_KEY,CKK_AES) = {
          CKA_SENSITIVE = true
          CKA_EXTRACTABLE = false
          CKA_PRIVATE = true
          CKA_ENCRYPT = true
          CKA_DECRYPT = true
          CKA_WRAP = false
          CKA_UNWRAP = false
        }
        attributes(generate,CKO_PRIVATE_KEY,CKK_EC) = {
          CKA_SENSITIVE = true
          CKA_EXTRACTABLE = false
          CKA_PRIVATE = true
          CKA_SIGN = true
          CKA_DERIVE = false
        }
        """
        .formatted(INSTANCES.incrementAndGet(), config.library(), slot);
  }

  @Override
  public void generateKek(String label) {
    requireFree(label);
    try {
      KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
      generator.init(256);
      keyStore.setKeyEntry(label, generator.generateKey(), null, null);
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM could not generate a key", e);
    }
    reload();
    kek(label);
  }

  private void requireFree(String label) {
    reload();
    try {
      if (keyStore.containsAlias(label)) {
        throw new HsmException("the token already holds an object with the label " + label);
      }
    } catch (KeyStoreException e) {
      throw new HsmException("the HSM's keys cannot be listed", e);
    }
  }

  @Override
  public boolean hasKek(String label) {
    return findKek(label).isPresent();
  }

  @Override
  public void destroyKek(String label) {
    reload();
    try {
      if (keyStore.containsAlias(label)) {
        keyStore.deleteEntry(label);
      }
    } catch (KeyStoreException | ProviderException e) {
      throw new HsmException("the HSM could not destroy the key " + label, e);
    }
    keks.remove(label);
  }

  @Override
  public byte[] wrap(String kekLabel, byte[] iv, byte[] aad, byte[] key) {
    return cipher.encrypt(kekLabel, iv, aad, key);
  }

  @Override
  public byte[] unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
    return cipher.decrypt(kekLabel, iv, aad, wrapped);
  }

  private byte[] crypt(int mode, String kekLabel, byte[] iv, byte[] aad, byte[] input)
      throws GeneralSecurityException {
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding", provider);
    gcm.init(mode, kek(kekLabel), new GCMParameterSpec(TAG_BITS, iv));
    gcm.updateAAD(aad);
    return gcm.doFinal(input);
  }

  private SecretKey kek(String label) {
    return findKek(label).orElseThrow(() -> new KekMissingException(label));
  }

  private Optional<SecretKey> findKek(String label) {
    SecretKey known = keks.get(label);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<SecretKey> found = lookUp(label);
    if (found.isEmpty()) {
      reload();
      found = lookUp(label);
    }
    found.ifPresent(kek -> keks.put(label, kek));
    return found;
  }

  private Optional<SecretKey> lookUp(String label) {
    try {
      return keyStore.getKey(label, null) instanceof SecretKey kek
          ? Optional.of(kek)
          : Optional.empty();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM's keys cannot be read", e);
    }
  }

  /** Lists the token's objects afresh, logging in first when need be. */
  private synchronized void reload() {
    HsmException why = refused;
    if (why != null) {
      // A new one for each caller: they may add to it.
      throw new HsmException(why.getMessage(), why);
    }
    try {
      KeyStore fresh = KeyStore.getInstance("PKCS11", provider);
      fresh.load(null, pin.chars());
      keks.clear();
      keyStore = fresh;
    } catch (IOException e) {
      HsmException failure = LoginFailure.of(e);
      if (failure instanceof PinRefusedException) {
        refused = failure;
      }
      throw failure;
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM's keys cannot be listed", e);
    }
  }

  @Override
  public synchronized SigningKey signingKey(String label) {
    try {
      reload();
      if (!keyStore.containsAlias(label)) {
        SelfSigned.generate(provider, keyStore, label);
        reload();
      }
      Key key = keyStore.getKey(label, null);
      Certificate certificate = keyStore.getCertificate(label);
      if (!(key instanceof PrivateKey privateKey) || certificate == null) {
        throw new HsmException("the token's object " + label + " is no signing key");
      }
      return new TokenSigningKey(provider, privateKey, certificate.getPublicKey());
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM's signing key " + label + " cannot be used", e);
    }
  }

  @Override
  public Optional<PublicKey> signingPublicKey(String label) {
    try {
      return Optional.ofNullable(keyStore.getCertificate(label)).map(Certificate::getPublicKey);
    } catch (KeyStoreException | ProviderException e) {
      throw new HsmException("the HSM's keys cannot be read", e);
    }
  }

  @Override
  public void ping() {
    reload();
  }

  @Override
  public void heal() {
    reload();
  }

  @Override
  public void close() {
    // Before the monitor is waited for: who waits for it as well shall not log in any more.
    refused = new HsmException("the HSM connection is closed");
    logout();
  }

  /** In turn with {@link #reload()}, which must not read a PIN that is being overwritten. */
  private synchronized void logout() {
    pin.close();
    keks.clear();
    if (provider instanceof java.security.AuthProvider authenticated) {
      try {
        authenticated.logout();
      } catch (javax.security.auth.login.LoginException | ProviderException e) {
        System.getLogger(Pkcs11Hsm.class.getName())
            .log(System.Logger.Level.DEBUG, "logout from the HSM failed", e);
      }
    }
  }
}
