package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.KEY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_DISABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ENABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.server.keys.KeyLifecycle;
import dev.cofre.controlplane.server.keys.KeySelection;
import dev.cofre.controlplane.server.keys.Reconciliation;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/** The routes under /v1/keys. Thread-safe. */
final class KeyOperations {
  private final Store store;
  private final KeyLifecycle lifecycle;
  private final Reconciliation reconciliation;
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;
  private final Clock clock;

  KeyOperations(
      Store store,
      KeyLifecycle lifecycle,
      Reconciliation reconciliation,
      ManagementAudit audit,
      RepeatedRequests repeated,
      Clock clock) {
    this.store = store;
    this.lifecycle = lifecycle;
    this.reconciliation = reconciliation;
    this.audit = audit;
    this.repeated = repeated;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/keys", KEY_CREATE, this::create),
        new Route(GET, "/v1/keys", KEY_LIST, this::list),
        new Route(GET, "/v1/keys/{key}", KEY_SHOW, this::show),
        new Route(GET, "/v1/keys/{key}/versions", KEY_SHOW, this::versions),
        new Route(POST, "/v1/keys/{key}/rotate", KEY_ROTATE, this::rotate),
        new Route(
            POST, "/v1/keys/{key}/disable", KEY_DISABLE, call -> move(call, KeyState.DISABLED)),
        new Route(POST, "/v1/keys/{key}/enable", KEY_ENABLE, call -> move(call, KeyState.ACTIVE)));
  }

  private Answer create(Call call) {
    KeyDraft draft = KeyDraft.read(call.document(), call.principal().tenant(), clock.instant());
    if (!draft.tenant().equals(call.principal().tenant())) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "keys are made in one's own tenant; leave the field tenant away");
    }
    return lifecycle.create(draft, call.principal().id(), making(call, 201));
  }

  private Answer rotate(Call call) {
    return lifecycle.rotate(select(call), call.principal().id(), making(call, 200));
  }

  private KeyLifecycle.Making<Answer> making(Call call, int status) {
    return new KeyLifecycle.Making<>(
        tx -> {
          answerRepeated(tx, call);
          repeated.begin(tx, call);
        },
        (tx, key) -> finish(tx, call, status, key),
        tx -> repeated.forget(tx, call));
  }

  private Answer move(Call call, KeyState next) {
    return lifecycle.move(
        tx -> {
          answerRepeated(tx, call);
          return select(call).apply(tx);
        },
        next,
        call.principal().id(),
        (tx, key) -> finish(tx, call, 200, key));
  }

  private void answerRepeated(Transaction tx, Call call) {
    repeated
        .find(tx, call)
        .ifPresent(
            answer -> {
              throw new RepeatedAnswer(answer);
            });
  }

  private Answer finish(Transaction tx, Call call, int status, KmsKey key) {
    Answer answer = Answer.object(status, key.stamp().revision(), Documents.key(key));
    repeated.end(tx, call, answer);
    call.subject(key.id().toString());
    audit.allowed(call);
    return answer;
  }

  private Function<Transaction, KmsKey> select(Call call) {
    return tx -> {
      KmsKey key = visible(tx, call);
      call.requireMatch(key.stamp().revision());
      return key;
    };
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<KmsKey> found =
        store.read(tx -> KeySelection.page(tx, call.principal(), call.after(), limit + 1));
    audit.allowed(call);
    return Answer.json(200, Documents.page(found, limit, this::document, KmsKey::alias));
  }

  private Answer show(Call call) {
    KmsKey key = store.read(tx -> visible(tx, call));
    audit.allowed(call);
    return Answer.object(200, key.stamp().revision(), document(key));
  }

  /** The key as it is shown, with the versions that the HSM has lost. */
  private JsonObject document(KmsKey key) {
    List<Integer> lost =
        key.versions().stream()
            .filter(version -> reconciliation.missingKeks().contains(version.kekLabel()))
            .map(KeyVersion::number)
            .toList();
    JsonObject json = Documents.key(key);
    return lost.isEmpty() ? json : json.put("brokenVersions", new JsonArray(lost));
  }

  private Answer versions(Call call) {
    KmsKey key = store.read(tx -> visible(tx, call));
    audit.allowed(call);
    JsonObject page = new JsonObject().put("items", Documents.versions(key)).putNull("next");
    return Answer.object(200, key.stamp().revision(), page);
  }

  /**
   * The key that the path names.
   *
   * @throws ProblemException {@code key_not_found} when there is none that the caller may see
   */
  static KmsKey visible(Transaction tx, Call call) {
    KmsKey key =
        KeySelection.visible(tx, call.principal(), call.path("key"))
            .orElseThrow(KeyOperations::notFound);
    call.subject(key.id().toString());
    return key;
  }

  static ProblemException notFound() {
    return new ProblemException(
        ErrorCode.KEY_NOT_FOUND, "there is no such key, or you may not see it; check the name");
  }
}
