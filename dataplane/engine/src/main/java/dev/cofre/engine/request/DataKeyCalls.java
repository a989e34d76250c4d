package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.ClearKey;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * Data keys that callers hold: made by {@code data-keys}, opened again by {@code data-keys/unwrap}.
 */
public final class DataKeyCalls {
  private final Engine engine;
  private final RequestPath path;
  private final Authorizer authorizer;

  DataKeyCalls(Engine engine, RequestPath path, Authorizer authorizer) {
    this.engine = engine;
    this.path = path;
    this.authorizer = authorizer;
  }

  /**
   * A data key in a caller's hands.
   *
   * @param plaintext 32 bytes, to be overwritten by whoever answers with them
   * @param ttlMs how long the caller may use it
   */
  public record Generated(WrappedDataKey wrapped, byte[] plaintext, KeyMetadata key, long ttlMs) {
    /** Overwrites the bytes. */
    public void wipe() {
      Arrays.fill(plaintext, (byte) 0);
    }

    @Override
    public String toString() {
      return "Generated[" + wrapped + "]";
    }
  }

  CompletableFuture<Generated> generate(Caller caller, String name, EncryptionContext context) {
    return path.audited(
        caller,
        Action.GENERATE_DATA_KEY,
        name,
        context,
        () -> {
          KeyMetadata key =
              authorizer.require(
                  authorizer.permit(caller, Action.GENERATE_DATA_KEY, name),
                  caller,
                  Action.GENERATE_DATA_KEY,
                  context);
          return path.onLoop(engine.wrapping.mint(key, Usage.CALLER, context, caller.requester()))
              .thenApply(
                  minted ->
                      handedOut(
                          caller,
                          Action.GENERATE_DATA_KEY,
                          minted.wrapped(),
                          minted.plaintext(),
                          key,
                          context));
        },
        generated -> record(caller, Action.GENERATE_DATA_KEY, generated, context));
  }

  CompletableFuture<Generated> unwrap(Caller caller, byte[] bytes, EncryptionContext context) {
    WrappedDataKey wrapped =
        bytes.length == EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH
            ? WrappedDataKey.parse(bytes, 0)
            : null;
    return path.audited(
        caller,
        Action.UNWRAP_DATA_KEY,
        path.named(bytes),
        context,
        () -> {
          if (wrapped == null || wrapped.usage() != Usage.CALLER) {
            throw Batch.invalidCiphertext();
          }
          KeyMetadata key =
              authorizer.require(
                  authorizer.permit(caller, Action.UNWRAP_DATA_KEY, bytes, 0),
                  caller,
                  Action.UNWRAP_DATA_KEY,
                  context);
          return path.onLoop(
                  engine.wrapping.unwrap(
                      wrapped,
                      key,
                      key.versions().get(wrapped.keyVersion()),
                      context,
                      caller.requester()))
              .thenApply(
                  clear -> handedOut(caller, Action.UNWRAP_DATA_KEY, wrapped, clear, key, context));
        },
        unwrapped -> record(caller, Action.UNWRAP_DATA_KEY, unwrapped, context));
  }

  /**
   * It goes out in an answer, so it goes through the heap; unless what was allowed before the HSM
   * was asked is not allowed any more: nothing is handed out after a node has said that a change is
   * in force.
   */
  private Generated handedOut(
      Caller caller,
      Action action,
      WrappedDataKey wrapped,
      ClearKey clear,
      KeyMetadata key,
      EncryptionContext context) {
    try (clear) {
      ErrorCode obstacle = authorizer.obstacle(caller, action, key, wrapped.keyVersion(), context);
      if (obstacle != null) {
        throw new ProblemException(
            obstacle, "the key, its grant or the caller's token was taken away meanwhile");
      }
      return new Generated(wrapped, clear.copy(), key, callerTtlMs(key));
    }
  }

  private long callerTtlMs(KeyMetadata key) {
    return Math.min(engine.limits.callerTtlMs(), key.limits().dataKeyMs());
  }

  private CompletableFuture<Void> record(
      Caller caller, Action action, Generated generated, EncryptionContext context) {
    WrappedDataKey wrapped = generated.wrapped();
    return engine
        .audit
        .record(
            engine
                .audit
                .event(caller, action.text(), context)
                .key(wrapped.keyId().toString())
                .used(wrapped.keyVersion(), wrapped.dataKeyId().toString()))
        .whenComplete(
            (written, failure) -> {
              if (failure != null) {
                generated.wipe();
              }
            });
  }
}
