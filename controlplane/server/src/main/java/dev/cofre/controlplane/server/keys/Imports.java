package dev.cofre.controlplane.server.keys;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.ImportDraft;
import dev.cofre.controlplane.domain.ImportJob;
import dev.cofre.controlplane.domain.KeyMaterial;
import dev.cofre.controlplane.domain.MaterialDraft;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import dev.cofre.hsm.KekMissingException;
import dev.cofre.hsm.KeyTransport;
import dev.cofre.hsm.MaterialRejectedException;
import dev.cofre.hsm.WrappingNotAvailableException;
import java.lang.System.Logger.Level;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Pairs of keys that material is wrapped to, and the material that comes.
 *
 * <p>A pair is made in three steps, as a key version is: its row in state CREATING is committed;
 * the pair is generated in the HSM; the row becomes visible. It is used once: what ends an import
 * is committed together with the key that it made, and the pair is destroyed after that. Whatever
 * stops the process in between, {@link #endLeft} finds the row. Thread-safe; blocks.
 */
public final class Imports {
  private static final System.Logger LOG = System.getLogger(Imports.class.getName());

  /** So many pairs of a tenant may be in the HSM. */
  private static final int OPEN_MAX = 100;

  private static final int LEFT_MAX = 50;

  private final Store store;
  private final Hsm hsm;
  private final KekMaker keks;

  /** Works on {@code store} and {@code hsm}. */
  public Imports(Store store, Hsm hsm, KekMaker keks) {
    this.store = store;
    this.hsm = hsm;
    this.keks = keks;
  }

  /**
   * Prepares an import.
   *
   * @param begin what the caller adds to the first transaction
   * @param complete turns what was prepared into the caller's answer, in the last transaction
   * @param undo what the caller adds to the transaction that forgets a failed one
   * @throws ProblemException {@code quota_exceeded}, {@code wrapping_not_available}
   */
  public <T> T prepare(
      ImportDraft draft,
      String tenant,
      String by,
      Consumer<Transaction> begin,
      Finished<T> complete,
      Consumer<Transaction> undo) {
    UUID id = UUID.randomUUID();
    try {
      store.change(tx -> begin(tx, id, tenant, by, begin));
    } catch (StoreException e) {
      // It may have been committed although the answer was lost.
      forget(id, undo, e);
      throw e;
    }
    try {
      ImportJob.Wrapping wrapping = generate(id, draft);
      return store.change(
          tx -> {
            if (!tx.imports().finish(id, wrapping)) {
              throw ended("it was given up while it was made");
            }
            return complete.complete(tx, tx.imports().find(tenant, id).orElseThrow());
          });
    } catch (RuntimeException e) {
      forget(id, undo, e);
      throw e;
    }
  }

  private static Void begin(
      Transaction tx, UUID id, String tenant, String by, Consumer<Transaction> begin) {
    begin.accept(tx);
    if (tx.imports().open(tenant) >= OPEN_MAX) {
      throw new ProblemException(
          ErrorCode.QUOTA_EXCEEDED,
          OPEN_MAX + " imports are open already; cancel or complete some of them");
    }
    tx.imports().insert(id, tenant, by);
    return null;
  }

  /** The last step before a commit. */
  @FunctionalInterface
  public interface Finished<T> {
    /** The caller's answer; what it throws undoes the change. */
    T complete(Transaction tx, ImportJob job);
  }

  private ImportJob.Wrapping generate(UUID id, ImportDraft draft) {
    KeyTransport.WrappingKey key =
        transport(
            () ->
                hsm.transport()
                    .makeWrappingKey(
                        ImportJob.label(id),
                        draft.bits(),
                        draft.algorithm().flatMap(WrappingAlgorithm::find)));
    return new ImportJob.Wrapping(
        key.algorithm().name(), key.through().name(), key.publicKey().key().getEncoded());
  }

  /** When the commit's outcome was unknown, the row may be visible: then the pair stays. */
  private void forget(UUID id, Consumer<Transaction> undo, RuntimeException cause) {
    try {
      boolean visible =
          store.<Boolean>change(
              tx -> {
                boolean made = tx.imports().isVisible(id);
                if (!made) {
                  undo.accept(tx);
                }
                return made;
              });
      if (!visible) {
        destroyPair(id);
      }
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
      LOG.log(Level.DEBUG, "an import that failed is forgotten when its time is over", e);
    }
  }

  /** The pair of {@code job}. */
  private static KeyTransport.WrappingKey key(ImportJob job) {
    return new KeyTransport.WrappingKey(
        RecipientKey.ofDer(job.wrapping().publicKey()).orElseThrow(),
        WrappingAlgorithm.valueOf(job.wrapping().algorithm()),
        KeyTransport.Through.valueOf(job.wrapping().through()));
  }

  /**
   * Checks that {@code job} takes material.
   *
   * @throws ProblemException {@code import_ended}
   */
  public static void requireOpen(Transaction tx, ImportJob job) {
    if (job.stateAt(tx.now()) != ImportJob.State.PENDING) {
      throw ended("it is " + job.stateAt(tx.now()));
    }
  }

  private static ProblemException ended(String why) {
    return new ProblemException(
        ErrorCode.IMPORT_ENDED, why + "; prepare another import and wrap the material to its key");
  }

  /**
   * Unwraps the material to look at it; nothing stays.
   *
   * @return its check value, which is what the sender says it is
   * @throws ProblemException {@code invalid_key_material}, which is counted, {@code import_ended}
   */
  public KeyCheckValue check(ImportJob job, MaterialDraft draft) {
    try {
      KeyCheckValue check =
          hsm.transport().check(ImportJob.label(job.id()), key(job), draft.wrapped());
      if (!check.beginsWith(draft.checkValue())) {
        throw refused(job, "its check value is not the one that was sent with it");
      }
      return check;
    } catch (MaterialRejectedException e) {
      throw refused(job, e.getMessage());
    } catch (KekMissingException e) {
      throw ended("the HSM does not hold its pair any more");
    }
  }

  private ProblemException refused(ImportJob job, String why) {
    store.change(
        tx -> {
          tx.imports().refused(job);
          return null;
        });
    return new ProblemException(
        ErrorCode.INVALID_KEY_MATERIAL,
        why + "; an import ends with the refusal number " + ImportJob.REFUSALS_MAX);
  }

  /** Where a version's KEK comes from that is made of checked material. */
  public KeyLifecycle.Source source(
      ImportJob job,
      MaterialDraft draft,
      KeyCheckValue check,
      Protection protection,
      boolean exportable) {
    // At protection SOFTWARE the KEK itself is in memory, wherever it was unwrapped.
    String through =
        protection == Protection.HSM
            ? job.wrapping().through()
            : KeyTransport.Through.MEMORY.name();
    return new KeyLifecycle.Source(
        KeyMaterial.imported(through, exportable, check.hex()),
        (half, tenant, version) -> {
          String label = ImportJob.label(job.id());
          return transport(
              () -> {
                if (protection == Protection.HSM) {
                  hsm.transport()
                      .importKek(label, key(job), draft.wrapped(), half.kekLabel(), exportable);
                  return null;
                }
                try (ClearKey kek = hsm.transport().open(label, key(job), draft.wrapped())) {
                  return keks.wrap(half, tenant, kek);
                }
              });
        });
  }

  /** Destroys the pair of an import that has ended, or leaves it to {@link #endLeft}. */
  public void tryDestroyPair(ImportJob job) {
    try {
      destroyPair(job.id());
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "the pair of an import is destroyed later", e);
    }
  }

  private void destroyPair(UUID id) {
    hsm.transport().destroyWrappingKey(ImportJob.label(id));
    store.change(
        tx -> {
          tx.imports().pairDestroyed(id);
          return null;
        });
  }

  /**
   * Ends imports whose time is over, and destroys pairs that are of no use any more.
   *
   * @param expired is told of each that ended, within its transaction
   * @return how many pairs were destroyed
   * @throws HsmException when the HSM fails; it is to be tried again
   */
  public int endLeft(Consumer<ImportJob> expired, String by) {
    boolean due = store.read(tx -> !tx.imports().overdue(1).isEmpty());
    if (due) {
      store.change(
          tx -> {
            for (ImportJob job : tx.imports().overdue(LEFT_MAX)) {
              if (tx.imports().end(job, ImportJob.State.EXPIRED, null, by)) {
                expired.accept(job);
              }
            }
            tx.imports().forgetOld();
            return null;
          });
    }
    var left = store.read(tx -> tx.imports().leftPairs(LEFT_MAX));
    left.forEach(this::destroyPair);
    return left.size();
  }

  /** Turns what a transport says into what a caller is told. */
  static <T> T transport(Supplier<T> call) {
    try {
      return call.get();
    } catch (WrappingNotAvailableException e) {
      throw new ProblemException(ErrorCode.WRAPPING_NOT_AVAILABLE, e.getMessage());
    } catch (MaterialRejectedException e) {
      throw new ProblemException(ErrorCode.INVALID_KEY_MATERIAL, e.getMessage());
    }
  }

  /** The import with {@code name} of {@code tenant}. */
  public static Function<Transaction, ImportJob> select(String tenant, String name) {
    return tx ->
        CanonicalUuid.find(name)
            .flatMap(id -> tx.imports().find(tenant, id))
            .orElseThrow(
                () ->
                    new ProblemException(
                        ErrorCode.NOT_FOUND,
                        "there is no such import, or you may not see it; check the id"));
  }
}
