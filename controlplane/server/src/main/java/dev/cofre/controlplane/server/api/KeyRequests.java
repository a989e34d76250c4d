package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;

/** What the changes of keys have in common: repetition, If-Match, audit and answer. Thread-safe. */
final class KeyRequests {
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;

  KeyRequests(ManagementAudit audit, RepeatedRequests repeated) {
    this.audit = audit;
    this.repeated = repeated;
  }

  /**
   * Notes that {@code call} is being worked on.
   *
   * @throws RepeatedAnswer when it is a repetition
   */
  void begin(Transaction tx, Call call) {
    answerRepeated(tx, call);
    repeated.begin(tx, call);
  }

  /**
   * Looks whether {@code call} was answered before.
   *
   * @throws RepeatedAnswer when it is a repetition
   */
  void answerRepeated(Transaction tx, Call call) {
    repeated
        .find(tx, call)
        .ifPresent(
            answer -> {
              throw new RepeatedAnswer(answer);
            });
  }

  /** Forgets {@code call}, which failed. */
  void forget(Transaction tx, Call call) {
    repeated.forget(tx, call);
  }

  /** The key that {@code call} names, when it is as the caller has seen it. */
  Function<Transaction, KmsKey> select(Call call) {
    return tx -> {
      KmsKey key = KeyOperations.visible(tx, call);
      call.requireMatch(key.stamp().revision());
      return key;
    };
  }

  /** The same, unless {@code call} is a repetition. */
  Function<Transaction, KmsKey> selectOnce(Call call) {
    return tx -> {
      answerRepeated(tx, call);
      return select(call).apply(tx);
    };
  }

  /** The answer to {@code call}: the key as it is now; it is stored, and on the audit log. */
  Answer finish(Transaction tx, Call call, int status, KmsKey key) {
    return finish(tx, call, status, key, key.id().toString());
  }

  /** The same, when the call is about {@code subject}, a part of the key. */
  Answer finish(Transaction tx, Call call, int status, KmsKey key, String subject) {
    return finish(
        tx, call, Answer.object(status, key.stamp().revision(), Documents.key(key)), subject);
  }

  /** The same for a destruction, which ends values of secrets. */
  Answer finish(Transaction tx, Call call, KmsKey key, String subject, SealedValues.Ended ended) {
    JsonObject json = Documents.key(key);
    ended.tell(json);
    return finish(tx, call, Answer.object(200, key.stamp().revision(), json), subject);
  }

  private Answer finish(Transaction tx, Call call, Answer answer, String subject) {
    repeated.end(tx, call, answer);
    call.subject(subject);
    audit.allowed(call);
    return answer;
  }
}
