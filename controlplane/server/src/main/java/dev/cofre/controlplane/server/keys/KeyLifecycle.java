package dev.cofre.controlplane.server.keys;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyMaterial;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Origin;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.HalfMade;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes keys and key versions.
 *
 * <p>A version is made in three steps: its row in state CREATING is committed; the KEK is generated
 * in the HSM; row and key become visible in the transaction that also appends the snapshot
 * revision. Whatever stops the process in between, the next start finds the row and removes it
 * together with its KEK ({@link Reconciliation}): nobody was told of it.
 *
 * <p>Concurrency: thread-safe. The steps in the table are serial by {@link Store#change}; the HSM
 * is called between transactions, so that a slow HSM holds up nobody else.
 */
public final class KeyLifecycle {
  private static final System.Logger LOG = System.getLogger(KeyLifecycle.class.getName());

  private static final int LEFT_OVER_MAX = 10_000;

  private final Store store;
  private final Hsm hsm;
  private final KekMaker keks;
  private final String instance;
  private final Queue<Runnable> leftOver = new ArrayBlockingQueue<>(LEFT_OVER_MAX);

  /** Works on {@code store} and {@code hsm} in the name of the control plane {@code instance}. */
  public KeyLifecycle(Store store, Hsm hsm, KekMaker keks, String instance) {
    this.store = store;
    this.hsm = hsm;
    this.keks = keks;
    this.instance = instance;
  }

  /**
   * What the caller adds to the transactions of a making: checks and reservations before it begins,
   * and the last word (audit, stored answer) before it is committed. What these throw undoes it.
   *
   * @param begin runs in the transaction that writes the half-made row
   * @param complete runs in the transaction that makes it visible
   * @param undo runs in the transaction that forgets a failed making
   */
  public record Making<T>(
      Consumer<Transaction> begin, Completion<T> complete, Consumer<Transaction> undo) {}

  /**
   * Whence a KEK comes that is neither generated nor wrapped here.
   *
   * @param material what is known of it
   */
  public record Source(KeyMaterial material, Placing placing) {}

  /** Puts a KEK where it belongs. */
  @FunctionalInterface
  public interface Placing {
    /** Makes the KEK of a half-made version; the wrapped KEK, null for a token object. */
    byte[] place(HalfMade half, String tenant, KeyVersion version);
  }

  /** The last step before a commit. */
  @FunctionalInterface
  public interface Completion<T> {
    /** Turns the key as it will be into the caller's answer; what it throws undoes the change. */
    T complete(Transaction tx, KmsKey key);
  }

  /**
   * Makes a key with its first version.
   *
   * @throws ProblemException {@code alias_in_use}, {@code protection_not_available}
   */
  public <T> T create(KeyDraft draft, String by, Making<T> making) {
    return create(draft, by, making, Optional.empty());
  }

  /** The same with a KEK from {@code source}. */
  public <T> T create(KeyDraft draft, String by, Making<T> making, Optional<Source> source) {
    UUID id = UUID.randomUUID();
    HalfMade first = new HalfMade(id, 1, KmsKey.kekLabel(id, 1));
    KeyVersion[] made = new KeyVersion[1];
    KmsKey key =
        begin(
            () -> first,
            making,
            tx -> {
              making.begin().accept(tx);
              requireCreatable(tx, draft);
              Stamp stamp = Stamp.created(tx.now(), by);
              KeyVersion version = version(tx, first, draft, by, source);
              made[0] = version;
              tx.halfMade().insertKey(id, draft, stamp);
              tx.halfMade().insertVersion(id, version, instance);
              return new KmsKey(id, draft, draft.firstState(), 1, List.of(version), stamp);
            });
    return make(first, key, made[0], making, source, tx -> key);
  }

  /**
   * Checks that {@code draft} may be made.
   *
   * @throws ProblemException {@code alias_in_use}, {@code protection_not_available}, {@code
   *     export_not_permitted}
   */
  public static void requireCreatable(Transaction tx, KeyDraft draft) {
    if (tx.keys().isAliasTaken(draft.tenant(), draft.alias())) {
      throw new ProblemException(
          ErrorCode.ALIAS_IN_USE, "the alias " + draft.alias() + " is taken; choose another one");
    }
    requireWithinRules(tx, draft);
  }

  /**
   * Gives the key that {@code select} finds another version, which encrypts from then on.
   *
   * @throws ProblemException {@code key_disabled}, {@code conflict} when it was changed meanwhile
   */
  public <T> T rotate(Function<Transaction, KmsKey> select, String by, Making<T> making) {
    return rotate(select, by, making, Optional.empty());
  }

  /** The same with a KEK from {@code source}. */
  public <T> T rotate(
      Function<Transaction, KmsKey> select, String by, Making<T> making, Optional<Source> source) {
    KeyVersion[] version = new KeyVersion[1];
    HalfMade[] half = new HalfMade[1];
    KmsKey[] before = new KmsKey[1];
    HalfMade next =
        begin(
            () -> half[0],
            making,
            tx -> {
              making.begin().accept(tx);
              KmsKey key = requireVersionable(select.apply(tx), source.isPresent());
              int number = tx.halfMade().nextVersion(key.id());
              HalfMade made =
                  new HalfMade(key.id(), number, KmsKey.freshKekLabel(key.id(), number));
              half[0] = made;
              before[0] = key;
              version[0] = version(tx, made, key.draft(), by, source);
              tx.halfMade().insertVersion(key.id(), version[0], instance);
              return made;
            });
    return make(
        next,
        before[0],
        version[0],
        making,
        source,
        tx -> {
          KmsKey key = requireActive(tx.keys().find(next.keyId()).orElseThrow());
          if (next.number() != key.currentVersion() + 1) {
            throw new ProblemException(
                ErrorCode.CONFLICT, "the key was rotated at the same time; look at it, try again");
          }
          return key.with(version[0], tx.now(), by);
        });
  }

  /** The first transaction; when its outcome is unknown, what it may have left is undone later. */
  private <T> T begin(Supplier<HalfMade> half, Making<?> making, Function<Transaction, T> work) {
    try {
      return store.change(work);
    } catch (StoreException e) {
      if (half.get() != null) {
        undo(half.get(), making, e);
      }
      throw e;
    }
  }

  /** Generates the KEK, then makes visible what {@code finish} says the key is. */
  private <T> T make(
      HalfMade half,
      KmsKey of,
      KeyVersion version,
      Making<T> making,
      Optional<Source> source,
      Function<Transaction, KmsKey> finish) {
    try {
      Placing placing = source.map(Source::placing).orElse(keks::make);
      byte[] wrapped = placing.place(half, of.tenant(), version);
      return store.change(
          tx -> {
            KmsKey key = finish.apply(tx);
            if (!tx.halfMade().finish(half.keyId(), half.number(), wrapped)) {
              throw new ProblemException(
                  ErrorCode.CONFLICT, "the key's making was given up meanwhile; try again");
            }
            tx.keys().update(key);
            return making.complete().complete(tx, key);
          });
    } catch (RuntimeException e) {
      undo(half, making, e);
      throw e;
    }
  }

  private void undo(HalfMade half, Making<?> making, RuntimeException cause) {
    try {
      undo(half, making);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
      boolean later = leftOver.offer(() -> undo(half, making));
      LOG.log(
          Level.WARNING,
          "{0} stays half-made {1}: {2}",
          half.kekLabel(),
          later ? "for now" : "until the next start",
          e.getMessage());
    }
  }

  /**
   * Gives the version up, then removes the KEK, then the row: a row without a KEK is found again at
   * the next start.
   */
  private void undo(HalfMade half, Making<?> making) {
    // When a commit's outcome was unknown, the version may be visible: then its KEK must stay. When
    // others gave it up because this process was slow, its KEK may have been made after that.
    boolean stays =
        store.<Boolean>change(
            tx -> !tx.halfMade().beginRemoval(half) && tx.halfMade().isMade(half.kekLabel()));
    if (stays) {
      return;
    }
    hsm.destroyKek(half.kekLabel());
    store.change(
        tx -> {
          if (tx.halfMade().remove(half)) {
            making.undo().accept(tx);
          }
          return null;
        });
  }

  /** Undoes what could not be undone when it failed, because store or HSM were away then too. */
  public void undoLeftOver() {
    for (Runnable undo = leftOver.peek(); undo != null; undo = leftOver.peek()) {
      undo.run();
      leftOver.remove(undo);
    }
  }

  private static KeyVersion version(
      Transaction tx, HalfMade half, KeyDraft draft, String by, Optional<Source> source) {
    KeyMaterial material = source.map(Source::material).orElseGet(() -> generated(tx, draft));
    return new KeyVersion(
        half.number(), draft.protection(), half.kekLabel(), tx.now(), by, material);
  }

  /** What a KEK is to be that is generated for {@code draft} now. */
  static KeyMaterial generated(Transaction tx, KeyDraft draft) {
    return KeyMaterial.generated(
        draft.exportable() && tx.dataClasses().rules(draft.dataClass()).exportPermitted());
  }

  private static void requireWithinRules(Transaction tx, KeyDraft draft) {
    DataClassRules rules = tx.dataClasses().rules(draft.dataClass());
    if (!rules.protections().contains(draft.protection())) {
      throw new ProblemException(
          ErrorCode.PROTECTION_NOT_AVAILABLE,
          "the data class "
              + rules.dataClass().wireName()
              + " does not permit protection "
              + draft.protection()
              + "; it permits "
              + rules.protections().stream().map(Protection::name).sorted().toList());
    }
    if (draft.exportable() && !rules.exportPermitted()) {
      throw new ProblemException(
          ErrorCode.EXPORT_NOT_PERMITTED,
          "the data class "
              + rules.dataClass().wireName()
              + " does not permit export; leave exportable away, or choose another class");
    }
    if (draft.expiresAt().isAfter(rules.expiresAtMax(tx.now()))) {
      throw new InvalidDocumentException(
          List.of(
              new FieldError(
                  "expiresAt",
                  "must be at most "
                      + rules.lifetimeDaysMax()
                      + " days ahead for the data class "
                      + rules.dataClass().wireName())));
    }
  }

  /**
   * Checks that {@code key} may get another version.
   *
   * @param imported whether that version's material is brought
   */
  public static KmsKey requireVersionable(KmsKey key, boolean imported) {
    if (imported != (key.draft().origin() == Origin.IMPORTED)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          imported
              ? "the key's material is generated here: rotate it, or import a key of its own"
              : "the key's material is imported: import its next version (cofre key import)");
    }
    return requireActive(key);
  }

  private static KmsKey requireActive(KmsKey key) {
    KeyState.Name state = key.state().name();
    if (state == KeyState.Name.ACTIVE) {
      return key;
    }
    throw switch (state) {
      case DISABLED ->
          new ProblemException(
              ErrorCode.KEY_DISABLED, "the key is disabled; enable it before rotating it");
      case PENDING_DESTRUCTION ->
          new ProblemException(
              ErrorCode.KEY_PENDING_DESTRUCTION,
              "the key awaits its destruction; cancel that before rotating it");
      default ->
          new ProblemException(
              ErrorCode.CONFLICT, "the key is " + state + ": only active keys are rotated");
    };
  }
}
