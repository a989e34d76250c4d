package dev.cofre.controlplane.server.rotation;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.SecretVersionDraft;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.domain.UserRotationDraft;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.lease.RetryTimes;
import dev.cofre.controlplane.server.lease.RootLogin;
import dev.cofre.controlplane.server.schedule.SystemAudit;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.DamagedValueException;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Rotates secrets between two users. Thread-safe; waits for the store, the HSM and the system.
 *
 * <p>Order: the store says whose password is to be changed before the system hears of it; the value
 * is sealed; the password is changed; it is shown to log in; it is published. It stands in the
 * store when it was shown to work and not before. Whatever is killed when, the user that the
 * published version names was not touched, and the next turn makes another password for the one
 * that was.
 *
 * <p>Who takes a rotation has it alone for {@link #CLAIM}; after that another one may take it, and
 * then the first one changes no password any more, which is looked at under a lock in the system,
 * and publishes nothing, which is looked at in the commit.
 */
public final class UserRotator {
  /**
   * Longer than a turn takes by far; one that takes longer may be done twice, which does no harm.
   */
  static final Duration CLAIM = Duration.ofSeconds(30);

  private static final System.Logger LOG = System.getLogger(UserRotator.class.getName());
  private static final int ERROR_MAX = 256;

  private final Store store;
  private final RootLogin roots;
  private final SecretSealer sealer;
  private final RandomSource random;
  private final SystemAudit audit;

  /** Passwords are taken from {@code random}. */
  public UserRotator(
      Store store, RootLogin roots, SecretSealer sealer, RandomSource random, SystemAudit audit) {
    this.store = store;
    this.roots = roots;
    this.sealer = sealer;
    this.random = random;
    this.audit = audit;
  }

  /** How a turn went. */
  public enum Turn {
    /** Nothing was due, or another one is at it. */
    NONE,
    /** A version was published. */
    PUBLISHED,
    /** It is tried again later. */
    FAILED,
    /** The same, for the system did not answer. */
    AWAY
  }

  /** Another one has the rotation, or it was stopped. */
  private static final class LostClaimException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostClaimException() {
      super("another one has the rotation", null, false, false);
    }
  }

  /**
   * Checks that both users of {@code draft} may be rotated in the system of {@code engine}.
   *
   * @throws TargetException when the system is away, or they may not
   */
  public void requireRotatable(SecretEngine engine, UserRotationDraft draft, UUID secret)
      throws TargetException {
    try (Session session = roots.open(engine.id())) {
      for (String user : draft.users()) {
        session.requireRotatable(user(draft, user, secret));
      }
    }
  }

  /**
   * Which of the two users of {@code draft} the current value of {@code secret} names: that one's
   * password is not the first to be changed.
   *
   * @return empty when it names both or none
   * @throws ProblemException when that value cannot be read
   */
  public Optional<String> namedUser(Secret secret, UserRotationDraft draft) {
    try {
      SealedSecret sealed = store.read(tx -> SealedSecret.of(tx, secret, secret.currentVersion()));
      byte[] value = sealer.open(sealed);
      try {
        return Credential.userIn(value, draft.users());
      } finally {
        Arrays.fill(value, (byte) 0);
      }
    } catch (DamagedValueException e) {
      throw sealer.damaged().met(e);
    }
  }

  /** Rotates what is due longest by {@code engine}. */
  Turn turnOf(UUID engine) {
    Optional<UUID> due = store.read(tx -> tx.userRotations().due(engine, tx.now()));
    return due.isEmpty() ? Turn.NONE : turn(due.get());
  }

  /** Rotates {@code secret}, when that is due. */
  public Turn turn(UUID secret) {
    // Read after it was taken: one that cannot be read stands in the way of no other one.
    if (!store.note(tx -> tx.userRotations().take(secret, tx.now(), tx.now().plus(CLAIM)))) {
      return Turn.NONE;
    }
    Optional<UserRotation> taken;
    try {
      taken = store.read(tx -> tx.userRotations().find(secret));
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the rotation of the secret " + secret + " cannot be read", e);
      return Turn.FAILED;
    }
    return taken.map(this::turn).orElse(Turn.NONE);
  }

  /** Takes the rotation of {@code secret}, when that is due; for {@link #turn(UserRotation)}. */
  public Optional<UserRotation> claim(Transaction tx, UUID secret) {
    return tx.userRotations().claim(secret, tx.now(), tx.now().plus(CLAIM));
  }

  /** Does the rotation that was taken. */
  public Turn turn(UserRotation claimed) {
    try {
      return tried(claimed);
    } catch (CompletionException e) {
      // Nothing can be noted of it either: it goes on when the claim has ended.
      throw new ProblemException(
          ErrorCode.AUDIT_UNAVAILABLE, "the audit log cannot take the record of a rotation");
    }
  }

  private Turn tried(UserRotation claimed) {
    try {
      rotate(claimed);
      return Turn.PUBLISHED;
    } catch (LostClaimException e) {
      return Turn.NONE;
    } catch (TargetException e) {
      boolean away = e.kind() == TargetException.Kind.AWAY;
      boolean later = away || e.kind() == TargetException.Kind.BUSY;
      failed(claimed, e.getMessage(), later ? ErrorCode.TARGET_UNAVAILABLE : ErrorCode.CONFLICT);
      return away ? Turn.AWAY : Turn.FAILED;
    } catch (ProblemException e) {
      failed(claimed, e.detail(), e.code());
    } catch (HsmException e) {
      LOG.log(Level.WARNING, "the HSM failed in a rotation: {0}", e.getMessage());
      failed(claimed, "the HSM does not answer", ErrorCode.HSM_UNAVAILABLE);
    } catch (StoreException | CompletionException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a rotation failed; it is tried again", e);
      failed(claimed, "the control plane failed; its log says how", ErrorCode.INTERNAL);
    }
    return Turn.FAILED;
  }

  private void rotate(UserRotation claimed) throws TargetException {
    try (Credential credential = Credential.fresh(claimed.nextUser(), random)) {
      Place place = store.read(tx -> Place.of(tx, claimed));
      byte[] envelope =
          sealer.seal(place.key(), place.secret(), place.number(), credential.value());
      try (Session session = roots.open(claimed.engine())) {
        StaticUser user = user(claimed.draft(), credential.user(), claimed.secret());
        session.setPassword(user, credential.password(), () -> requireHeld(claimed));
      }
      rehearse(claimed, credential);
      store.change(tx -> publish(tx, claimed, place, envelope));
    }
  }

  private static StaticUser user(UserRotationDraft draft, String name, UUID secret) {
    return new StaticUser(name, secret, draft.create(), draft.grants());
  }

  private void requireHeld(UserRotation claimed) {
    if (!store.read(tx -> tx.userRotations().isHeld(claimed))) {
      throw new LostClaimException();
    }
  }

  private void rehearse(UserRotation claimed, Credential credential) throws TargetException {
    SecretEngine engine = store.read(tx -> tx.engines().find(claimed.engine()).orElseThrow());
    try {
      roots.rehearse(engine, credential.user(), credential.password());
    } catch (TargetException e) {
      if (e.kind() != TargetException.Kind.LOGIN) {
        throw e;
      }
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "the target does not take the new password of the user "
              + credential.user()
              + ": is somebody else changing it, has the user expired, or is it kept out?");
    }
  }

  /** The record is on the log before the commit. */
  private SecretVersion publish(
      Transaction tx, UserRotation claimed, Place place, byte[] envelope) {
    if (!tx.userRotations().published(claimed, place.number(), tx.now())) {
      throw new LostClaimException();
    }
    place.requireSame(Place.of(tx, claimed));
    Instant now = tx.now();
    Secret secret = tx.secrets().find(claimed.secret()).orElseThrow();
    SecretVersion version = SecretVersion.created(place.number(), now, SystemAudit.ACTOR);
    tx.secretVersions().insert(secret.id(), version, envelope);
    tx.secrets().update(secret.rotated(version.number()));
    tx.secretVersions()
        .forget(secret.id(), version.number() - SecretVersionDraft.ROTATED_MAX, SystemAudit.ACTOR);
    audit.rotated(secret.name(), version.number());
    return version;
  }

  /** On the log at the first failure, the second, the fourth and so on: it is tried for ever. */
  private void failed(UserRotation claimed, String why, ErrorCode code) {
    RetryTimes times = code.isRetryable() ? RetryTimes.AWAY : RetryTimes.REFUSED;
    Duration wait = times.after(claimed.attempts(), ThreadLocalRandom.current());
    int attempt = claimed.attempts() + 1;
    store.note(
        tx -> {
          if (!tx.userRotations().failed(claimed, shortened(why), tx.now().plus(wait))) {
            return null;
          }
          String name = tx.secrets().find(claimed.secret()).orElseThrow().name();
          LOG.log(
              Level.WARNING,
              "the rotation of the secret {0} failed, attempt {1}: {2}",
              name,
              Integer.toString(attempt),
              why);
          if (Integer.bitCount(attempt) == 1) {
            audit.rotationFailed(name, code);
          }
          return null;
        });
  }

  private static String shortened(String why) {
    return why.length() <= ERROR_MAX ? why : why.substring(0, ERROR_MAX);
  }
}
