package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.server.store.IdempotentAnswer;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * The Idempotency-Key: the answer is stored in the transaction of the change, so a request that is
 * sent again finds either its answer or no trace of itself. Stateless.
 */
final class RepeatedRequests {
  private final String instance;

  RepeatedRequests(String instance) {
    this.instance = instance;
  }

  /**
   * The answer that {@code call} got before, if it is a repetition.
   *
   * @throws ProblemException {@code conflict} when the key was used for another request, {@code
   *     request_in_progress} when the first one is still being worked on
   */
  Optional<Answer> find(Transaction tx, Call call) {
    Optional<String> key = call.idempotencyKey();
    if (key.isEmpty()) {
      return Optional.empty();
    }
    Optional<IdempotentAnswer> before = tx.idempotency().find(call.principal().id(), key.get());
    if (before.isEmpty()) {
      return Optional.empty();
    }
    if (!MessageDigest.isEqual(before.get().requestDigest(), digest(call))) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "this Idempotency-Key was used for another request; take a fresh one");
    }
    if (before.get().status() == 0) {
      throw new ProblemException(
          ErrorCode.REQUEST_IN_PROGRESS,
          "the first request with this Idempotency-Key is at work, or its control plane died and is"
              + " not cleaned up after yet; try again");
    }
    return before.map(RepeatedRequests::answer);
  }

  private static Answer answer(IdempotentAnswer before) {
    String body = before.body();
    if (before.status() == 202) {
      return Answer.accepted(new JsonObject(body));
    }
    return new Answer(
        before.status(),
        before.entityTag(),
        body == null ? null : Answer.JSON,
        body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8));
  }

  /** Notes that {@code call} is being worked on. */
  void begin(Transaction tx, Call call) {
    put(tx, call, new IdempotentAnswer(digest(call), 0, null, null));
  }

  /**
   * Stores the answer to {@code call}, and with it that an approved request is done.
   *
   * @throws ProblemException {@code conflict} when another control plane has taken up the approved
   *     request meanwhile: then nothing of this one may be committed
   */
  void end(Transaction tx, Call call, Answer answer) {
    call.approved().ifPresent(approved -> finish(tx, approved.request(), answer));
    String body =
        answer.contentType() == null ? null : new String(answer.body(), StandardCharsets.UTF_8);
    put(tx, call, new IdempotentAnswer(digest(call), answer.status(), answer.entityTag(), body));
  }

  private static void finish(Transaction tx, ApprovalRequest request, Answer answer) {
    if (!tx.approvals()
        .finish(request.id(), request.claim(), ApprovalState.DONE, ApprovalRunner.stored(answer))) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "another control plane has taken up the request");
    }
  }

  /** Forgets {@code call}, which failed. */
  void forget(Transaction tx, Call call) {
    call.idempotencyKey().ifPresent(key -> tx.idempotency().remove(call.principal().id(), key));
  }

  private void put(Transaction tx, Call call, IdempotentAnswer answer) {
    call.idempotencyKey()
        .ifPresent(key -> tx.idempotency().put(call.principal().id(), key, instance, answer));
  }

  private static byte[] digest(Call call) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      String line = call.facts().method() + " " + call.facts().path() + "\n";
      sha256.update(line.getBytes(StandardCharsets.UTF_8));
      return sha256.digest(call.knownBy());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
