package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.DYNAMIC_ROLE_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.DYNAMIC_ROLE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.DYNAMIC_ROLE_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.DynamicRoleDraft;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.EngineAccess;
import java.util.List;
import java.util.Optional;

/** The routes that say what an engine's credentials may do. Thread-safe. */
final class DynamicRoleOperations {
  static final String PATH = SecretEngineOperations.PATH + "/roles/{role}";
  private static final int ROLES_MAX = 1_000;

  private final Changing changing;

  DynamicRoleOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, SecretEngineOperations.PATH + "/roles", DYNAMIC_ROLE_SHOW, this::list),
        new Route(GET, PATH, DYNAMIC_ROLE_SHOW, this::show),
        Route.withDocument(PUT, PATH, DYNAMIC_ROLE_UPDATE, this::put),
        new Route(DELETE, PATH, DYNAMIC_ROLE_DELETE, this::delete));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<DynamicRole> found =
        changing.read(
            call,
            tx ->
                tx.dynamicRoles()
                    .page(SecretEngineOperations.visible(tx, call).id(), call.after(), limit + 1));
    return Answer.json(
        200, Documents.page(found, limit, LeaseAnswers::document, DynamicRole::name));
  }

  private Answer show(Call call) {
    return answer(
        200,
        changing.read(call, tx -> required(tx, call, SecretEngineOperations.visible(tx, call))));
  }

  private Answer put(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretEngine engine = SecretEngineOperations.permitted(tx, call);
          call.subject(subject(call));
          Optional<DynamicRole> before = tx.dynamicRoles().find(engine.id(), call.path("role"));
          call.requireMatch(before.map(role -> role.stamp().revision()).orElse(0L));
          DynamicRoleDraft draft = DynamicRoleDraft.read(call.path("role"), call.document());
          draft.requireOf(engine.draft().kind());
          if (before.isEmpty() && tx.dynamicRoles().count(engine.id()) >= ROLES_MAX) {
            throw conflict("an engine has at most " + ROLES_MAX + " roles");
          }
          String by = call.principal().id();
          Stamp stamp =
              before
                  .map(role -> role.stamp().changed(tx.now(), by))
                  .orElseGet(() -> Stamp.created(tx.now(), by));
          DynamicRole role = new DynamicRole(engine.id(), draft, stamp);
          tx.dynamicRoles().put(role);
          return answer(before.isPresent() ? 200 : 201, role);
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretEngine engine = SecretEngineOperations.permitted(tx, call);
          DynamicRole role = required(tx, call, engine);
          call.requireMatch(role.stamp().revision());
          if (tx.leases().countLive(engine.id(), role.name()) > 0) {
            throw conflict("it has live leases; end them first");
          }
          if (tx.secretGrants().countOn(engine.tenant(), subject(call)) > 0) {
            throw conflict("it has grants, which a later role of its name would have; ungrant it");
          }
          tx.dynamicRoles().delete(engine.id(), role.name());
          return Answer.empty();
        });
  }

  /** The role of {@code engine} that the path names. */
  static DynamicRole required(Transaction tx, Call call, SecretEngine engine) {
    call.subject(subject(call));
    return tx.dynamicRoles()
        .find(engine.id(), call.path("role"))
        .orElseThrow(() -> EngineAccess.notFound("role"));
  }

  /** What grants on the role are called by. */
  static String subject(Call call) {
    return DynamicRole.grantName(call.path("engine"), call.path("role"));
  }

  private static Answer answer(int status, DynamicRole role) {
    return Answer.object(status, role.stamp().revision(), LeaseAnswers.document(role));
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(ErrorCode.CONFLICT, detail);
  }
}
