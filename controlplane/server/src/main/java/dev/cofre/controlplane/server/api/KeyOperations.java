package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.KEY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.server.keys.KeyFilter;
import dev.cofre.controlplane.server.keys.KeyLifecycle;
import dev.cofre.controlplane.server.keys.KeySelection;
import dev.cofre.controlplane.server.keys.Reconciliation;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;

/** The routes under /v1/keys. Thread-safe. */
final class KeyOperations {
  private final Store store;
  private final KeyLifecycle lifecycle;
  private final Reconciliation reconciliation;
  private final ManagementAudit audit;
  private final KeyRequests requests;
  private final Clock clock;

  KeyOperations(
      Store store,
      KeyLifecycle lifecycle,
      Reconciliation reconciliation,
      ManagementAudit audit,
      KeyRequests requests,
      Clock clock) {
    this.store = store;
    this.lifecycle = lifecycle;
    this.reconciliation = reconciliation;
    this.audit = audit;
    this.requests = requests;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/keys", KEY_CREATE, this::create),
        new Route(GET, "/v1/keys", KEY_LIST, this::list),
        new Route(GET, "/v1/keys/{key}", KEY_SHOW, this::show),
        new Route(GET, "/v1/keys/{key}/versions", KEY_SHOW, this::versions),
        new Route(POST, "/v1/keys/{key}/rotate", KEY_ROTATE, this::rotate));
  }

  /** A key and how far its versions are from their limits. */
  private record Shown(KmsKey key, JsonArray use) {}

  private Answer create(Call call) {
    KeyDraft draft = KeyDraft.read(call.document(), call.principal().tenant(), clock.instant());
    if (!draft.tenant().equals(call.principal().tenant())) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "keys are made in one's own tenant; leave the field tenant away");
    }
    return lifecycle.create(draft, call.principal().id(), making(call, 201));
  }

  private Answer rotate(Call call) {
    return lifecycle.rotate(requests.select(call), call.principal().id(), making(call, 200));
  }

  private KeyLifecycle.Making<Answer> making(Call call, int status) {
    return new KeyLifecycle.Making<>(
        tx -> requests.begin(tx, call),
        (tx, key) -> requests.finish(tx, call, status, key),
        tx -> requests.forget(tx, call));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    KeyFilter filter =
        KeyFilter.of(call.facts().query().getAll("tag"), call.facts().query().get("environment"));
    KeySelection.Page page =
        store.read(tx -> KeySelection.page(tx, call.principal(), filter, call.after(), limit));
    audit.allowed(call);
    return Answer.json(200, Documents.page(page.keys(), this::document, page.next()));
  }

  private Answer show(Call call) {
    Shown shown =
        store.read(
            tx -> {
              KmsKey key = visible(tx, call);
              return new Shown(key, VersionUses.of(tx, key));
            });
    audit.allowed(call);
    return Answer.object(
        200, shown.key().stamp().revision(), document(shown.key()).put("use", shown.use()));
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
