package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.keys.DataKeys;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Finds the data keys that the envelopes of a batch name. Envelopes of one request share a data
 * key, so each is compared with the last one first. Not thread-safe: one per event loop.
 */
final class BatchKeys {
  /** How many of a batch's data keys an envelope is compared with before it is looked up anew. */
  private static final int COMPARED_MAX = 8;

  private final Engine engine;
  private final Authorizer authorizer;

  BatchKeys(Engine engine, Authorizer authorizer) {
    this.engine = engine;
    this.authorizer = authorizer;
  }

  /**
   * Gives each open item of {@code batch} its data key, or its problem.
   *
   * @param first whether the items' uses are to be counted
   * @return false when data keys must be loaded first; see {@link #loading}
   */
  boolean resolve(Caller caller, Batch batch, boolean first) {
    long nowNs = engine.nanoTime();
    List<Use> uses = batch.uses();
    boolean ready = true;
    for (int i = 0; i < uses.size(); i++) {
      lookAgain(caller, uses.get(i), nowNs);
    }
    for (int i = 0; i < batch.size(); i++) {
      if (!batch.isOpen(i)) {
        continue;
      }
      if (batch.use(i) == null && !identify(caller, batch, i, nowNs)) {
        continue;
      }
      Use use = batch.use(i);
      ProblemException problem =
          use.problem() != null ? use.problem() : objection(caller, use, batch, i, first ? 1 : 0);
      if (problem != null) {
        batch.fail(i, problem);
      } else if (use.handle() == DataKeys.NONE) {
        ready = false;
      }
    }
    return ready;
  }

  /** Completes when all that is being loaded for {@code batch} has ended, however it ended. */
  CompletableFuture<Void> loading(Batch batch) {
    return CompletableFuture.allOf(
        batch.uses().stream()
            .filter(use -> use.loading() != null)
            .map(Use::loading)
            .toArray(CompletableFuture[]::new));
  }

  private boolean identify(Caller caller, Batch batch, int item, long nowNs) {
    byte[] envelope = batch.input(item);
    int offset = batch.inputOffset(item);
    if (batch.inputLength(item) < EnvelopeFormat.HEADER_LENGTH
        || !WrappedDataKey.isAt(envelope, offset)) {
      batch.fail(item, Batch.invalidCiphertext());
      return false;
    }
    EncryptionContext context = batch.context(item);
    List<Use> uses = batch.uses();
    for (int i = uses.size() - 1; i >= Math.max(0, uses.size() - COMPARED_MAX); i--) {
      if (uses.get(i).isOf(envelope, offset, context)) {
        batch.use(item, uses.get(i));
        return true;
      }
    }
    KeyMetadata key = engine.snapshots.last().key(WrappedDataKey.keyIdAt(envelope, offset));
    Use use = new Use(key, envelope, offset, context);
    batch.use(item, use);
    permit(caller, use);
    if (use.problem() == null && objection(caller, use, batch, item, 0) != null) {
      // Another item's context may meet the conditions; no HSM call for this one.
      return true;
    }
    batch.addUse(use);
    if (use.problem() == null) {
      find(caller, use, nowNs);
    }
    return true;
  }

  private ProblemException objection(Caller caller, Use use, Batch batch, int item, int uses) {
    return authorizer.objection(use.permit(), caller, Action.DECRYPT, batch.context(item), uses);
  }

  private void permit(Caller caller, Use use) {
    try {
      use.permitted(authorizer.permit(caller, Action.DECRYPT, use.header(), use.headerOffset()));
    } catch (ProblemException problem) {
      use.fail(problem);
    }
  }

  /** After a wait: what was loaded is looked up again, and whether it is still allowed. */
  private void lookAgain(Caller caller, Use use, long nowNs) {
    CompletableFuture<Void> loading = use.loading();
    if (use.problem() != null) {
      return;
    }
    if (loading != null && loading.isCompletedExceptionally()) {
      use.fail(Problems.of(loading.exceptionNow()));
      return;
    }
    permit(caller, use);
    if (use.problem() == null) {
      find(caller, use, nowNs);
    }
  }

  private void find(Caller caller, Use use, long nowNs) {
    try {
      KeyMetadata key = use.permit().key();
      long handle =
          engine
              .keys
              .decryption()
              .find(use.header(), use.headerOffset(), key, use.context(), nowNs);
      if (handle == DataKeys.NONE) {
        use.await(
            engine
                .keys
                .decryption()
                .load(use.header(), use.headerOffset(), key, use.context(), caller.requester()));
      } else {
        use.found(handle);
      }
    } catch (ProblemException problem) {
      use.fail(problem);
    }
  }
}
