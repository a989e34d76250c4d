package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.DamagedValueException;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretSealer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Commits what brings a value. Thread-safe.
 *
 * <p>The store keeps no digest of a value, which could be guessed: whether a request with an
 * Idempotency-Key is the first one again is seen by its other fields, and by opening the value that
 * the first one stored.
 */
record SecretWriting(
    Store store, ManagementAudit audit, RepeatedRequests repeated, SecretSealer sealer) {
  /**
   * The answer that {@code call} with {@code value} got before, if it is a repetition.
   *
   * @throws ProblemException {@code conflict} when the first one brought another value
   */
  Optional<Answer> answered(Call call, byte[] value) {
    Optional<Answer> before = store.read(tx -> repeated.find(tx, call));
    before.ifPresent(
        answer -> {
          requireSame(call, new JsonObject(Buffer.buffer(answer.body())), value);
          audit.allowed(call);
        });
    return before;
  }

  private void requireSame(Call call, JsonObject made, byte[] value) {
    SealedSecret stored =
        opened(
            () ->
                store.read(
                    tx -> {
                      Secret secret =
                          tx.secrets()
                              .find(call.principal().tenant(), made.getString("name"))
                              .orElseThrow(SealedSecret::notFound);
                      return SealedSecret.of(tx, secret, made.getInteger("version", 1));
                    }));
    byte[] first = open(stored);
    try {
      if (!MessageDigest.isEqual(first, value)) {
        throw new ProblemException(
            ErrorCode.CONFLICT,
            "this Idempotency-Key was used for another request; take a fresh one");
      }
    } finally {
      Arrays.fill(first, (byte) 0);
    }
  }

  /**
   * The value of {@code sealed}, which the caller overwrites after use.
   *
   * @throws ProblemException {@code conflict} when it is damaged
   */
  byte[] open(SealedSecret sealed) {
    return opened(() -> sealer.open(sealed));
  }

  /** Does {@code work}, which looks at a stored value: a damaged one is noted, and told. */
  <T> T opened(Supplier<T> work) {
    try {
      return work.get();
    } catch (DamagedValueException e) {
      throw sealer.damaged().met(e);
    }
  }

  /** Does {@code change}; its answer is stored and its record written before it is committed. */
  Answer commit(Call call, Function<Transaction, Answer> change) {
    return store.change(
        tx -> {
          if (repeated.find(tx, call).isPresent()) {
            throw new ProblemException(
                ErrorCode.CONFLICT, "the same request was answered at this moment; send it again");
          }
          Answer answer = change.apply(tx);
          repeated.end(tx, call, answer);
          audit.allowed(call);
          return answer;
        });
  }
}
