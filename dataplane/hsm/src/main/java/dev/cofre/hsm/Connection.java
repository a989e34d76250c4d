package dev.cofre.hsm;

import java.lang.foreign.Arena;
import java.security.PublicKey;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One login to a token: its sessions, and what was learned of the token through them. It ends when
 * the token has to be logged in to anew.
 *
 * <p>Concurrency: thread-safe; called while no restart of the module can begin. Who holds the lock
 * of this object never takes that of its {@link SunToken}: that one is taken first.
 */
final class Connection {

  private final HsmConfig config;
  private final PinUse pin;
  private final long slot;
  private final Cryptoki.Session session;
  private final TokenKeys keys;
  private final KekHandles handles = new KekHandles(System::nanoTime);
  private final WrapBackend wraps;
  private SunToken sun;
  private volatile boolean broken;
  private volatile boolean closed;

  private Connection(
      HsmConfig config, PinUse pin, long slot, Cryptoki.Session session, SunToken sun) {
    this.config = config;
    this.pin = pin;
    this.slot = slot;
    this.session = session;
    this.keys = new TokenKeys(session, slot);
    this.sun = sun;
    WrapBackend direct = new FfmBackend(session.cryptoki(), slot, handles);
    this.wraps =
        switch (config.backend()) {
          case SUNPKCS11 -> new SunPkcs11Backend(sun(), direct);
          case FFM -> direct;
        };
  }

  /**
   * Logs in, trying the PIN once.
   *
   * @param old what is to be replaced; may be null. It is closed
   */
  static Connection open(HsmConfig config, Cryptoki cryptoki, PinUse pin, Connection old) {
    boolean same = old != null && !old.session.isOver();
    long slot = same ? old.slot : cryptoki.slotOf(config);
    Cryptoki.Session session = pin.tryOnce(usable -> cryptoki.login(slot, usable));
    SunToken sun = same ? old.sunIfOpen() : null;
    try {
      if (sun != null) {
        sun.load(pin);
      }
      Connection fresh = new Connection(config, pin, slot, session, sun);
      if (old != null) {
        old.close();
      }
      return fresh;
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** What carries wraps and unwraps. */
  WrapBackend wraps() {
    return wraps;
  }

  /** The JDK's view of the token, which is opened when it is needed first. */
  synchronized SunToken sun() {
    if (sun == null) {
      sun = SunToken.open(config, slot, pin);
    }
    return sun;
  }

  /** Makes a signing key with {@code label} when there is none. */
  void makeSigningKey(String label, SigningCurve curve) {
    sun()
        .makeSigningKey(
            label, curve, pin, () -> putHalfMadeKeysAside(label), this::destroySessionKeys);
  }

  /** The public half of the signing key with {@code label}, whoever made it since the login. */
  Optional<PublicKey> findSigningKey(String label) {
    if (!isTaken(label)) {
      return Optional.empty();
    }
    Optional<PublicKey> known = sun().publicKey(label);
    if (known.isPresent()) {
      return known;
    }
    sun().load(pin);
    return sun().publicKey(label);
  }

  /** Destroys the signing key with {@code label}, when there is one. */
  void destroySigningKey(String label) {
    sun().destroySigningKey(label, pin, () -> destroyObjects(label));
  }

  private synchronized void destroyObjects(String label) {
    new SigningKeyObjects(keys()).destroy(label);
  }

  private synchronized void destroySessionKeys(byte[] id) {
    new SigningKeyObjects(keys()).destroyOfSession(id);
  }

  private synchronized void putHalfMadeKeysAside(String label) {
    new HalfMadeKeys(keys()).putAside(label);
  }

  private synchronized SunToken sunIfOpen() {
    return sun;
  }

  /** A call failed for it: whoever comes next shall log in anew. */
  void breakOff() {
    broken = true;
  }

  boolean isBroken() {
    return broken || isOver();
  }

  /** Whether it was closed, or the module begun anew, since: none of its handles may be used. */
  boolean isOver() {
    return closed || session.isOver();
  }

  /** Another thread logged in anew before the call began: nothing was asked of the token. */
  static final class Replaced extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Replaced() {
      super("the connection was replaced", null, false, false);
    }
  }

  /** What {@code keys} needs of its session, which no other thread can close meanwhile. */
  private TokenKeys keys() {
    if (closed) {
      throw new Replaced();
    }
    return keys;
  }

  long generation() {
    return session.generation();
  }

  synchronized boolean isLoggedIn() {
    return keys().isLoggedIn();
  }

  /** Whether the token can still be read. */
  boolean isTokenPresent() {
    return session.cryptoki().isPresent(slot);
  }

  synchronized boolean hasKek(String label) {
    return handles.find(keys(), label).isPresent();
  }

  synchronized Set<String> kekLabels() {
    return keys().kekLabels();
  }

  synchronized boolean isTaken(String label) {
    return handles.isTaken(keys(), label);
  }

  synchronized void generateKek(String label, boolean exportable) {
    handles.remember(label, keys().generateKek(label, exportable));
  }

  synchronized void destroyKek(String label) {
    handles.find(keys(), label).ifPresent(keys::destroy);
    handles.forget(label);
    wraps.forget(label);
  }

  /** Runs {@code work} in a session of its own, with which all its session objects end. */
  <T> T transport(Function<TokenTransport, T> work) {
    try (Cryptoki.Session own = session.cryptoki().open(slot);
        Arena arena = Arena.ofConfined()) {
      return work.apply(new TokenTransport(own, slot, arena));
    }
  }

  /** Logs out the process from the token. */
  void logOut() {
    if (!session.isOver()) {
      session.functions().logout(session.handle());
    }
  }

  /** Gives back its sessions when no key is looked for or made through them. */
  synchronized void close() {
    closed = true;
    wraps.close();
    session.close();
  }
}
