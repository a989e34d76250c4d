package dev.cofre.hsm;

import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.PublicKey;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An HSM by PKCS#11: AES-GCM with AAD on token keys as the wrap, through the back end that its
 * configuration names; keys are found, made and destroyed by the module's own functions; signing is
 * the JDK provider's.
 *
 * <p>Concurrency: thread-safe. Lock order: this object, then the module's. A call that fails for
 * the token is tried once more after a new login, which heals sessions that the token has ended and
 * keys that it has moved. {@link #heal} begins the module itself anew.
 *
 * <p>A PIN that the token refused is never tried again, nor any after {@link #close()}.
 */
public final class Pkcs11Hsm implements Hsm {
  private final HsmConfig config;
  private final Cryptoki cryptoki;
  private final PinUse pin;
  private final TokenCipher cipher =
      new TokenCipher(
          new TokenCipher.Token() {
            @Override
            public byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key)
                throws GeneralSecurityException {
              return crypt(wraps -> wraps.encrypt(kekLabel, iv, aad, key));
            }

            @Override
            public ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
                throws GeneralSecurityException {
              return crypt(wraps -> wraps.decrypt(kekLabel, iv, aad, wrapped));
            }

            @Override
            public void reload() {
              reconnect();
            }
          },
          System::nanoTime);
  private final KeyTransport transport =
      new Pkcs11Transport(
          new Pkcs11Transport.Sessions() {
            @Override
            public <T> T again(Function<TokenTransport, T> work) {
              return retried(token -> token.transport(work));
            }

            @Override
            public <T> T once(Function<TokenTransport, T> work) {
              return connected(token -> token.transport(work));
            }
          });
  private volatile Connection connection;

  /** The youngest generation of the module that this object has tried to heal. */
  private long triedGeneration;

  private Pkcs11Hsm(HsmConfig config, Cryptoki cryptoki, Pin pin) {
    this.config = config;
    this.cryptoki = cryptoki;
    this.pin = new PinUse(pin);
  }

  /**
   * Logs in. A PIN that is refused is tried once; any other failure is tried again for half a
   * second, for other processes may be writing to the token ({@link Cryptoki#tryAnew}).
   *
   * @param pin kept until {@link #close()}, to log in again when the token was away
   * @throws HsmException when there is no module, no token, or the PIN is refused
   */
  public static Pkcs11Hsm login(HsmConfig config, Pin pin) {
    Cryptoki cryptoki = Cryptoki.load(config);
    Pkcs11Hsm hsm = new Pkcs11Hsm(config, cryptoki, pin);
    for (int attempt = 1; ; attempt++) {
      try {
        hsm.connect();
        cryptoki.loggedIn();
        return hsm;
      } catch (PinRefusedException e) {
        throw e;
      } catch (HsmException e) {
        if (!cryptoki.tryAnew(attempt)) {
          throw e;
        }
      }
    }
  }

  private synchronized void connect() {
    pin.requireUsable();
    connection = cryptoki.module().call(() -> Connection.open(config, cryptoki, pin, connection));
  }

  /** Logs in anew unless another thread did since the failure. */
  private synchronized void reconnect() {
    pin.requireUsable();
    if (connection.isBroken()) {
      connect();
    }
  }

  /**
   * Runs {@code call} on a connection of this generation of the module. When it fails, that
   * connection is broken, and not one that another thread has opened meanwhile: threads that meet a
   * token that logged them out would close one another's new sessions in turns.
   */
  private <T> T connected(Function<Connection, T> call) {
    pin.requireUsable();
    Supplier<Optional<T>> attempt = () -> attempt(connection, call);
    Optional<T> answer = cryptoki.module().call(attempt);
    if (answer.isEmpty()) {
      reconnect();
      answer = cryptoki.module().call(attempt);
    }
    return answer.orElseThrow(
        () -> new HsmException("the PKCS#11 module is begun anew; try again"));
  }

  /** Empty when {@code token} was replaced before the call began. */
  private static <T> Optional<T> attempt(Connection token, Function<Connection, T> call) {
    if (token.isOver()) {
      return Optional.empty();
    }
    try {
      return Optional.of(call.apply(token));
    } catch (Connection.Replaced before) {
      return Optional.empty();
    } catch (ProviderException | HsmException e) {
      token.breakOff();
      throw e;
    }
  }

  /** The same for calls other than wraps: once more after a new login when the token fails. */
  private <T> T retried(Function<Connection, T> call) {
    try {
      return connected(call);
    } catch (ProviderException | HsmException first) {
      pin.requireUsable();
      reconnect();
      try {
        return connected(call);
      } catch (ProviderException e) {
        throw new HsmException("the HSM failed: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void generateKek(String label, boolean exportable) {
    boolean taken = retried(token -> token.isTaken(label));
    if (taken) {
      throw new HsmException("the token already holds an object with the label " + label);
    }
    generateFreshKek(label, exportable);
  }

  @Override
  public void generateFreshKek(String label, boolean exportable) {
    // It logs in again when it must. The next call is not tried again: a key may have been made
    // although the answer was lost.
    ping();
    try {
      connected(
          token -> {
            token.generateKek(label, exportable);
            return true;
          });
    } catch (ProviderException e) {
      throw new HsmException("the HSM could not generate a key: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean hasKek(String label) {
    return retried(token -> token.hasKek(label));
  }

  @Override
  public Set<String> kekLabels() {
    return retried(Connection::kekLabels);
  }

  @Override
  public void destroyKek(String label) {
    retried(
        token -> {
          token.destroyKek(label);
          return true;
        });
  }

  @Override
  public byte[] wrap(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
    return cipher.encrypt(kekLabel, iv, aad, key);
  }

  @Override
  public ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
    return cipher.decrypt(kekLabel, iv, aad, wrapped);
  }

  private interface Crypt<T> {
    T by(WrapBackend wraps) throws GeneralSecurityException;
  }

  private <T> T crypt(Crypt<T> call) throws GeneralSecurityException {
    pin.requireUsable();
    Lock use = cryptoki.module().inUse();
    use.lock();
    try {
      return crypt(connection, call);
    } finally {
      use.unlock();
    }
  }

  private static <T> T crypt(Connection token, Crypt<T> call) throws GeneralSecurityException {
    if (token.isOver()) {
      throw new TokenFailure("the PKCS#11 module was begun anew");
    }
    try {
      return call.by(token.wraps());
    } catch (Connection.Replaced before) {
      throw new TokenFailure(before.getMessage());
    } catch (GeneralSecurityException | ProviderException e) {
      token.breakOff();
      throw e;
    }
  }

  @Override
  public SigningKey signingKey(String label, SigningCurve curve) {
    PublicKey publicKey =
        retried(
                token -> {
                  token.makeSigningKey(label, curve);
                  return token.sun().publicKey(label);
                })
            .orElseThrow(
                () -> new HsmException("the token's object " + label + " is no signing key"));
    return new TokenSigningKey(label, publicKey);
  }

  @Override
  public Optional<SigningKey> findSigningKey(String label) {
    return retried(token -> token.findSigningKey(label))
        .map(publicKey -> new TokenSigningKey(label, publicKey));
  }

  @Override
  public void destroySigningKey(String label) {
    retried(
        token -> {
          token.destroySigningKey(label);
          return true;
        });
  }

  /** Signs by whichever connection there is when it is asked. */
  private final class TokenSigningKey implements SigningKey {
    private final String label;
    private final PublicKey publicKey;

    TokenSigningKey(String label, PublicKey publicKey) {
      this.label = label;
      this.publicKey = publicKey;
    }

    @Override
    public PublicKey publicKey() {
      return publicKey;
    }

    @Override
    public byte[] sign(byte[] message) {
      return retried(token -> token.sun().sign(label, SigningCurve.of(publicKey), message));
    }
  }

  @Override
  public Optional<PublicKey> signingPublicKey(String label) {
    return retried(token -> token.isTaken(label) ? token.sun().publicKey(label) : Optional.empty());
  }

  @Override
  public KeyTransport transport() {
    return transport;
  }

  @Override
  public void ping() {
    boolean present =
        retried(
            token -> {
              if (!token.isLoggedIn()) {
                throw new TokenFailure("the session is not logged in");
              }
              return token.isTokenPresent();
            });
    if (!present) {
      throw new HsmException("the HSM's token cannot be read");
    }
  }

  @Override
  public synchronized void heal() {
    pin.requireUsable();
    try {
      cryptoki.module().restart(Math.max(connection.generation(), triedGeneration));
    } finally {
      triedGeneration = cryptoki.module().generation();
    }
    connect();
  }

  @Override
  public void close() {
    // Before the monitor is waited for: who waits for it as well shall not log in any more.
    pin.forbid("the HSM connection is closed");
    logOut();
  }

  private synchronized void logOut() {
    pin.close();
    cryptoki
        .module()
        .call(
            () -> {
              connection.logOut();
              connection.close();
              return true;
            });
  }
}
