package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.NOTICE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.ORPHAN_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.USAGE_REPORT;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.KeyUseCount;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.OrphanReason;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.UseReport;
import dev.cofre.controlplane.server.keys.Orphans;
import dev.cofre.controlplane.server.store.OrphanQuery.Orphan;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.vault.SecretAccess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The routes by which keys are watched: notices, orphans, uses, and nodes' reports. Thread-safe.
 */
final class WatchOperations {
  private static final int USES_SHOWN_MAX = 500;

  private final Store store;
  private final ManagementAudit audit;
  private final Clock clock;
  private final Set<String> reporters = ConcurrentHashMap.newKeySet();

  WatchOperations(Store store, ManagementAudit audit, Clock clock) {
    this.store = store;
    this.audit = audit;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/notices", NOTICE_LIST, this::notices),
        new Route(GET, "/v1/orphans", ORPHAN_LIST, this::orphans),
        new Route(GET, "/v1/keys/{key}/uses", KEY_SHOW, this::uses),
        Route.withDocument(POST, "/v1/usage", USAGE_REPORT, this::report));
  }

  /** Who does not see all keys is shown the notices about their own. */
  private Answer notices(Call call) {
    int limit = call.limit();
    UUID after = call.after().isEmpty() ? null : cursor(call.after());
    List<Notice> found =
        store.read(
            tx -> {
              Set<String> owners =
                  Permissions.seesAllKeys(call.principal())
                      ? Set.of()
                      : SecretAccess.references(tx, call.principal());
              return tx.notices().page(call.principal().tenant(), after, owners, limit + 1);
            });
    audit.allowed(call);
    return Answer.json(
        200,
        Documents.page(found, limit, WatchOperations::document, notice -> notice.id().toString()));
  }

  private static UUID cursor(String after) {
    return CanonicalUuid.find(after)
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.INVALID_REQUEST, "after must be the next of the page before"));
  }

  private static JsonObject document(Notice notice) {
    JsonObject document =
        new JsonObject()
            .put("id", notice.id().toString())
            .put("kind", notice.kind().wireName())
            .put("tenant", notice.tenant());
    if (notice.keyId() == null) {
      document.put("subject", notice.subject());
      if (notice.owner() != null) {
        document.put("owner", notice.owner());
      }
    } else {
      document
          .put("key", notice.keyId().toString())
          .put("alias", notice.alias())
          .put("owner", notice.owner());
    }
    return document
        .put("dueAt", notice.dueAt().toString())
        .put("createdAt", notice.createdAt().toString());
  }

  private Answer orphans(Call call) {
    int limit = call.limit();
    Optional<OrphanReason> reason =
        Optional.ofNullable(call.facts().query().get("reason")).map(WatchOperations::reason);
    Orphans.Page page =
        store.read(tx -> Orphans.page(tx, call.principal().tenant(), call.after(), limit, reason));
    audit.allowed(call);
    return Answer.json(200, Documents.page(page.orphans(), WatchOperations::document, page.next()));
  }

  private static OrphanReason reason(String name) {
    return OrphanReason.find(name)
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "reason must be one of "
                        + Arrays.stream(OrphanReason.values())
                            .map(OrphanReason::wireName)
                            .collect(Collectors.joining(", "))));
  }

  private static JsonObject document(Orphan orphan) {
    return new JsonObject()
        .put("alias", orphan.key().alias())
        .put("id", orphan.key().id().toString())
        .put("owner", orphan.key().draft().owner())
        .put("state", orphan.key().state().name().name())
        .put(
            "reasons",
            new JsonArray(orphan.reasons().stream().map(OrphanReason::wireName).toList()))
        .put("expiresAt", orphan.key().draft().expiresAt().toString());
  }

  private Answer uses(Call call) {
    List<KeyUseCount> uses =
        store.read(tx -> tx.uses().of(KeyOperations.visible(tx, call).id(), USES_SHOWN_MAX));
    audit.allowed(call);
    JsonArray items = new JsonArray();
    uses.forEach(
        use ->
            items.add(
                new JsonObject()
                    .put("principal", use.principal())
                    .put("action", use.action().wireName())
                    .put("uses", use.uses())
                    .put("lastUsedAt", use.lastAt().toString())));
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  /** The audit log gets one record when a node reports for the first time: they do all the time. */
  private Answer report(Call call) {
    UseReport report = UseReport.read(call.document(), clock.instant());
    if (reporters.add(call.principal().id())) {
      audit.allowed(call);
    }
    store.change(tx -> tx.uses().add(report));
    return Answer.empty();
  }
}
