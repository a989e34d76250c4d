package dev.cofre.controlplane.server.lease;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.dynamic.DynamicEngine;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.Target;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.dynamic.UserNames;
import dev.cofre.controlplane.server.store.SecretEngineTable.Root;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.DamagedValueException;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Logs in at engines' systems as their root users. Thread-safe; waits for the store, the HSM and
 * the system.
 *
 * <p>A rotation of a root user's password is written ahead: the new one stands sealed beside the
 * old one before the system hears of it, and the old one goes when the new one was shown to log in.
 * Whatever happens in between, the next login here finds out which of the two holds, and ends the
 * rotation.
 */
public final class RootLogin {
  private static final System.Logger LOG = System.getLogger(RootLogin.class.getName());

  private final Store store;
  private final SecretSealer sealer;
  private final RandomSource random;
  private final Optional<Path> ca;
  private final Map<EngineKind, DynamicEngine> kinds;

  /**
   * Logs in by {@code kinds}.
   *
   * @param ca the certificates that vouch for systems; empty: those of the Java runtime
   */
  public RootLogin(
      Store store,
      SecretSealer sealer,
      RandomSource random,
      Optional<Path> ca,
      Map<EngineKind, DynamicEngine> kinds) {
    this.store = store;
    this.sealer = sealer;
    this.random = random;
    this.ca = ca;
    this.kinds = Map.copyOf(kinds);
  }

  private record Sealed(SecretEngine engine, Root root, KeyMetadata key, KeyMetadata nextKey) {}

  /**
   * Checks that {@code password} logs in at {@code engine}'s system, that any other one does not,
   * and that its user may do what is needed.
   *
   * @param password stays the caller's to overwrite
   */
  public void rehearse(SecretEngine engine, byte[] password) throws TargetException {
    char[] characters = characters(password);
    char[] wrong = UserNames.password(random);
    try {
      try (Session session = kind(engine).open(target(engine), characters)) {
        session.requireRights();
      }
      try (Session session = kind(engine).open(target(engine), wrong)) {
        session.requireRights();
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target takes any password of the root user: have it ask for one, PostgreSQL by"
                + " scram-sha-256 (pg_hba.conf), MariaDB without skip-grant-tables, Redis without"
                + " nopass");
      } catch (TargetException e) {
        if (e.kind() != TargetException.Kind.LOGIN) {
          throw e;
        }
      }
    } finally {
      Arrays.fill(characters, '\0');
      Arrays.fill(wrong, '\0');
    }
  }

  /**
   * Shows that {@code user} logs in at {@code engine}'s system by {@code password}, and by that.
   *
   * @param password stays the caller's to overwrite
   */
  public void rehearse(SecretEngine engine, String user, char[] password) throws TargetException {
    kind(engine).rehearse(target(engine).as(user), password);
  }

  /** A fresh password, sealed under {@code key} as the one with {@code number}. */
  public byte[] fresh(KeyMetadata key, SecretEngine engine, int number) {
    char[] password = UserNames.password(random);
    byte[] value = new byte[password.length];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) password[i];
    }
    try {
      return sealer.seal(key, engine, number, value);
    } finally {
      Arrays.fill(password, '\0');
      Arrays.fill(value, (byte) 0);
    }
  }

  /**
   * Logs in at the system of {@code id}; ends a rotation of its root user's password first, unless
   * others keep what that takes.
   *
   * @throws TargetException when the system is away or refuses
   * @throws dev.cofre.contract.problem.ProblemException when the vault's key opens nothing now, or
   *     the stored password does not verify
   */
  public Session open(UUID id) throws TargetException {
    try {
      Sealed sealed = store.read(tx -> read(tx, id));
      return sealed.nextKey == null
          ? open(sealed, sealed.key, sealed.root.number(), sealed.root.envelope())
          : endRotation(sealed);
    } catch (DamagedValueException e) {
      throw sealer.damaged().met(e);
    }
  }

  /** How many credentials of {@code engine} are best removed at once. */
  int removedAtOnce(SecretEngine engine) {
    return kind(engine).removedAtOnce();
  }

  private static Sealed read(Transaction tx, UUID id) {
    SecretEngine engine = tx.engines().find(id).orElseThrow();
    Root root = tx.engines().root(id).orElseThrow();
    return new Sealed(
        engine,
        root,
        opening(tx, engine, root.envelope()),
        root.next() == null ? null : opening(tx, engine, root.next()));
  }

  private static KeyMetadata opening(Transaction tx, SecretEngine engine, byte[] envelope) {
    return VaultKeys.opening(tx, engine.tenant(), "engine " + engine.name(), envelope);
  }

  private Session open(Sealed sealed, KeyMetadata key, int number, byte[] envelope)
      throws TargetException {
    char[] password = password(sealed, key, number, envelope);
    try {
      return kind(sealed.engine).open(target(sealed.engine), password);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  private char[] password(Sealed sealed, KeyMetadata key, int number, byte[] envelope) {
    byte[] value = sealer.open(key, sealed.engine, number, envelope);
    try {
      return characters(value);
    } finally {
      Arrays.fill(value, (byte) 0);
    }
  }

  private Session endRotation(Sealed sealed) throws TargetException {
    Root root = sealed.root;
    char[] next = password(sealed, sealed.nextKey, root.nextNumber(), root.next());
    try {
      Session session = openEither(sealed, next);
      if (!changes(session, sealed, next)) {
        return session;
      }
      Session shown = kind(sealed.engine).open(target(sealed.engine), next);
      try {
        store.note(tx -> tx.engines().endRotation(sealed.engine.id(), root.nextNumber(), tx.now()));
      } catch (RuntimeException e) {
        shown.close();
        throw e;
      }
      return shown;
    } finally {
      Arrays.fill(next, '\0');
    }
  }

  /** Whether it did; when others keep the lock it takes, work goes on by {@code session}. */
  private boolean changes(Session session, Sealed sealed, char[] next) throws TargetException {
    boolean pending = false;
    try {
      // Also when the new one logged in: a system that asks for none takes any.
      session.changePassword(next, () -> requireStill(sealed));
      return true;
    } catch (TargetException e) {
      pending = e.kind() == TargetException.Kind.BUSY;
      if (!pending) {
        throw e;
      }
      LOG.log(
          Level.WARNING,
          "the rotation of the root user of the engine {0} goes on later: {1}",
          sealed.engine.id(),
          e.getMessage());
      return false;
    } finally {
      if (!pending) {
        session.close();
      }
    }
  }

  private Session openEither(Sealed sealed, char[] next) throws TargetException {
    try {
      return kind(sealed.engine).open(target(sealed.engine), next);
    } catch (TargetException e) {
      if (e.kind() != TargetException.Kind.LOGIN) {
        throw e;
      }
      return open(sealed, sealed.key, sealed.root.number(), sealed.root.envelope());
    }
  }

  /** Another control plane may have ended this rotation, and begun the one after it. */
  private void requireStill(Sealed sealed) throws TargetException {
    int now = store.read(tx -> tx.engines().root(sealed.engine.id()).orElseThrow().nextNumber());
    if (now != sealed.root.nextNumber()) {
      throw new TargetException(
          TargetException.Kind.AWAY, "another control plane has ended the rotation; try again");
    }
  }

  private DynamicEngine kind(SecretEngine engine) {
    return kinds.get(engine.draft().kind());
  }

  private Target target(SecretEngine engine) {
    return Target.of(engine.draft(), ca);
  }

  private static char[] characters(byte[] utf8) {
    CharBuffer decoded = UTF_8.decode(ByteBuffer.wrap(utf8));
    char[] characters = new char[decoded.remaining()];
    decoded.get(characters);
    Arrays.fill(decoded.array(), '\0');
    return characters;
  }
}
