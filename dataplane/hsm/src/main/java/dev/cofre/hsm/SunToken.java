package dev.cofre.hsm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.crypto.SecretKey;

/**
 * A token as the JDK's PKCS#11 provider sees it: a provider and a key store of one generation of
 * the module. Its view of the keys is as old as its last {@link #load}.
 *
 * <p>Thread-safe; called while no restart of the module can begin.
 *
 * <p>Memory: providers, key stores and key pairs are kept for ever. What the provider cleans up
 * when they are collected are handles, whose numbers belong to others after a restart of the
 * module: it would close their sessions, or destroy their keys.
 */
final class SunToken {
  /** How often the token's objects are listed while some of them are destroyed. */
  private static final int LOOKS_MAX = 8;

  private static final AtomicInteger INSTANCES = new AtomicInteger();
  private static final Queue<Object> KEPT = new ConcurrentLinkedQueue<>();

  private final Provider provider;

  /** What the session's objects have for an id that key pairs are generated as. */
  private final byte[] sessionId;

  private volatile KeyStore keyStore;

  /** What signs, as the key store had it: to ask that again is a search of the token each time. */
  private final Map<String, PrivateKey> signing = new ConcurrentHashMap<>();

  private SunToken(Provider provider, byte[] sessionId) {
    this.provider = provider;
    this.sessionId = sessionId;
    KEPT.add(provider);
  }

  /** A provider for {@code slot}, in a session of its own. */
  static SunToken open(HsmConfig config, long slot, PinUse pin) {
    Provider base = Security.getProvider("SunPKCS11");
    if (base == null) {
      throw new HsmException(
          "this Java runtime lacks the module jdk.crypto.cryptoki; use a full JDK 25");
    }
    try {
      int instance = INSTANCES.incrementAndGet();
      byte[] sessionId = ("cofre-session-" + instance).getBytes(StandardCharsets.US_ASCII);
      String text = providerConfig(config, slot, instance, sessionId);
      SunToken token = new SunToken(base.configure(text), sessionId);
      token.load(pin);
      return token;
    } catch (ProviderException | InvalidParameterException e) {
      throw new HsmException(
          "slot "
              + slot
              + " of "
              + config.library()
              + " cannot be used; check hsm.slot and hsm.tokenLabel",
          e);
    }
  }

  private static String providerConfig(
      HsmConfig config, long slot, int instance, byte[] sessionId) {
    return """
        --
        name = cofre%d
        library = "%s"
        slot = %d
        showInfo = false
        omitInitialize = true
        attributes(generate,CKO_PRIVATE_KEY,CKK_EC) = {
          CKA_SENSITIVE = true
          CKA_EXTRACTABLE = false
          CKA_PRIVATE = true
          CKA_SIGN = true
          CKA_DERIVE = false
          CKA_ID = 0h%s
        }
        """
        .formatted(instance, config.library(), slot, HexFormat.of().formatHex(sessionId));
  }

  Provider provider() {
    return provider;
  }

  /** Lists the token's objects afresh, logging in first when need be. */
  synchronized void load(PinUse pin) {
    pin.tryOnce(
        usable -> {
          keyStore = listed(usable);
          signing.clear();
          return keyStore;
        });
  }

  /**
   * Logs in and lists. An object that is destroyed while it is listed fails the listing: then it is
   * made again. A login that failed is not, for tokens count them.
   */
  private KeyStore listed(Pin pin) {
    for (int look = 1; ; look++) {
      try {
        KeyStore fresh = KeyStore.getInstance("PKCS11", provider);
        fresh.load(null, pin.chars());
        return fresh;
      } catch (IOException e) {
        if (look == LOOKS_MAX || LoginFailure.isOfLogin(e)) {
          throw LoginFailure.of(e);
        }
      } catch (GeneralSecurityException | ProviderException e) {
        throw new HsmException("the HSM's keys cannot be listed", e);
      }
    }
  }

  Optional<SecretKey> kek(String label) {
    try {
      return keyStore.getKey(label, null) instanceof SecretKey kek
          ? Optional.of(kek)
          : Optional.empty();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM's keys cannot be read", e);
    }
  }

  /** The public half of the signing key with {@code label}. */
  Optional<PublicKey> publicKey(String label) {
    try {
      return Optional.ofNullable(keyStore.getCertificate(label)).map(Certificate::getPublicKey);
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM's keys cannot be read", e);
    }
  }

  /**
   * Makes a signing key with {@code label} when there is none, after {@code before}.
   *
   * @param after destroys the private key of the session with the id that it gets, of which the
   *     token has its own copy then
   */
  synchronized void makeSigningKey(
      String label, SigningCurve curve, PinUse pin, Runnable before, Consumer<byte[]> after) {
    try {
      load(pin);
      if (!keyStore.containsAlias(label)) {
        before.run();
        KEPT.add(SelfSigned.generate(provider, keyStore, label, curve));
        after.accept(sessionId);
        load(pin);
      }
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM's signing key " + label + " cannot be made", e);
    }
  }

  /** Destroys the signing key with {@code label} by {@code destruction}, while none is made. */
  synchronized void destroySigningKey(String label, PinUse pin, Runnable destruction) {
    destruction.run();
    signing.remove(label);
    load(pin);
  }

  /** ECDSA with the digest of {@code curve}, DER. */
  byte[] sign(String label, SigningCurve curve, byte[] message) {
    try {
      Signature signature = Signature.getInstance(curve.signature(), provider);
      signature.initSign(privateKey(label));
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM could not sign", e);
    }
  }

  private PrivateKey privateKey(String label) throws GeneralSecurityException {
    PrivateKey known = signing.get(label);
    if (known != null) {
      return known;
    }
    if (!(keyStore.getKey(label, null) instanceof PrivateKey found)) {
      throw new HsmException("the token's object " + label + " is no signing key");
    }
    signing.put(label, found);
    return found;
  }
}
