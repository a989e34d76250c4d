package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.LEASE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_REVOKE;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_SHOW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.LeaseDraft.Selection;
import dev.cofre.controlplane.domain.LeaseState;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.store.LeaseTable.Filter;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.EngineAccess;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** The routes that show leases and end them. Thread-safe. */
final class LeaseEndOperations {
  static final String PATH = "/v1/leases/{lease}";
  private static final String REVOKED = "revoked";

  private static final Issued ISSUED = new Issued("lease");

  private final Changing changing;

  LeaseEndOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/leases", LEASE_LIST, this::list),
        new Route(GET, PATH, LEASE_SHOW, this::show),
        new Route(POST, PATH + "/revoke", LEASE_REVOKE, this::revoke),
        Route.withDocument(POST, "/v1/lease-revocations", LEASE_REVOKE, this::revokeAll));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    UUID after = call.after().isEmpty() ? null : ISSUED.id(call.after());
    var query = call.facts().query();
    List<Lease> found =
        changing.read(
            call,
            tx -> {
              Filter filter =
                  filter(
                      tx,
                      call.principal(),
                      query.get("engine"),
                      query.get("role"),
                      query.get("principal"),
                      state(query.get("state")));
              return tx.leases().page(filter, after, limit + 1);
            });
    return Answer.json(
        200, Documents.page(found, limit, LeaseAnswers::lease, lease -> lease.id().toString()));
  }

  private static LeaseState state(String text) {
    return text == null
        ? null
        : Arrays.stream(LeaseState.values())
            .filter(state -> state.name().equals(text))
            .findFirst()
            .orElseThrow(
                () ->
                    new ProblemException(
                        ErrorCode.INVALID_REQUEST,
                        "state must be one of " + Arrays.toString(LeaseState.values())));
  }

  /** What {@code caller} may know of of what is asked for. */
  private static Filter filter(
      Transaction tx,
      Principal caller,
      String engine,
      String role,
      String principal,
      LeaseState state) {
    String holder = ISSUED.holder(caller, principal);
    UUID id = null;
    if (engine != null) {
      id =
          EngineAccess.holder(caller) == null
              ? engine(tx, caller, engine)
              : anyEngine(tx, caller, engine);
    }
    Issued.requireText(role);
    Issued.requireText(principal);
    return new Filter(caller.tenant(), id, role, holder, state, EngineAccess.owners(tx, caller));
  }

  private static UUID engine(Transaction tx, Principal caller, String name) {
    return EngineAccess.visible(tx, caller, name)
        .map(SecretEngine::id)
        .orElseThrow(() -> EngineAccess.notFound("engine"));
  }

  /**
   * For who has leases: a name of no engine selects none of them, as one of another engine does.
   */
  private static UUID anyEngine(Transaction tx, Principal caller, String name) {
    Issued.requireText(name);
    return tx.engines().find(caller.tenant(), name).map(SecretEngine::id).orElse(new UUID(0, 0));
  }

  private Answer show(Call call) {
    return Answer.json(200, LeaseAnswers.lease(changing.read(call, tx -> visible(tx, call))));
  }

  /** It is tried until the credential is gone; this answers when that is in the store. */
  private Answer revoke(Call call) {
    return changing
        .store()
        .note(
            tx -> {
              Lease lease = permitted(tx, call);
              tx.leases().revoke(lease.id(), REVOKED, tx.now());
              changing.audit().allowed(call);
              return Answer.json(
                  200, LeaseAnswers.lease(tx.leases().find(lease.id()).orElseThrow()));
            });
  }

  private Answer revokeAll(Call call) {
    Selection selection = Selection.read(call.document());
    call.subject(
        Issued.subject(
            "engine",
            selection.engine(),
            selection.role(),
            selection.principal(),
            selection.dryRun()));
    Principal acting = Permissions.acting(call.principal(), call.action());
    return changing
        .store()
        .note(
            tx -> {
              Filter filter =
                  filter(
                      tx,
                      acting,
                      selection.engine(),
                      selection.role(),
                      selection.principal(),
                      null);
              int count =
                  selection.dryRun()
                      ? tx.leases().countEndable(filter)
                      : tx.leases().end(filter, REVOKED, tx.now());
              changing.audit().allowed(call);
              return Answer.json(
                  200, new JsonObject().put("leases", count).put("dryRun", selection.dryRun()));
            });
  }

  /** The lease that the path names, when the caller may know of it. */
  static Lease visible(Transaction tx, Call call) {
    return visible(tx, call, call.principal());
  }

  private static Lease visible(Transaction tx, Call call, Principal caller) {
    return EngineAccess.visibleLease(tx, caller, ISSUED.id(call.path("lease")))
        .orElseThrow(() -> EngineAccess.notFound("lease"));
  }

  /** The same, when the role by which the caller knows of it is one that may do this. */
  static Lease permitted(Transaction tx, Call call) {
    return ISSUED.permitted(call, caller -> visible(tx, call, caller));
  }
}
