package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_TOKEN;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.PrincipalDraft;
import dev.cofre.controlplane.domain.TokenDraft;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.PrincipalBook;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The routes under /v1/principals. Thread-safe. */
final class PrincipalOperations {
  private final Changing changing;

  PrincipalOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/principals", PRINCIPAL_CREATE, this::create),
        new Route(GET, "/v1/principals", PRINCIPAL_LIST, this::list),
        new Route(GET, "/v1/principals/{principal}", PRINCIPAL_SHOW, this::show),
        Route.withDocument(PUT, "/v1/principals/{principal}", PRINCIPAL_UPDATE, this::update),
        new Route(DELETE, "/v1/principals/{principal}", PRINCIPAL_DELETE, this::delete),
        Route.withDocument(
            POST, "/v1/principals/{principal}/token", PRINCIPAL_TOKEN, this::replaceToken));
  }

  private Answer create(Call call) {
    PrincipalDraft draft = PrincipalDraft.read(call.document(), null);
    return changing.run(
        call,
        tx -> {
          Principal made =
              PrincipalBook.add(tx, draft, call.principal().tenant(), call.principal().id());
          changing.require(tx, call, PrincipalMatter.made(made));
          call.subject(made.id());
          return answer(201, made);
        });
  }

  private Answer update(Call call) {
    PrincipalDraft draft = PrincipalDraft.read(call.document(), call.path("principal"));
    return changing.run(
        call,
        tx -> {
          Principal principal = find(tx, call);
          call.requireMatch(principal.stamp().revision());
          Principal changed = PrincipalBook.change(tx, principal, draft, call.principal().id());
          changing.require(tx, call, PrincipalMatter.changed(principal, changed));
          return answer(200, changed);
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          Principal principal = find(tx, call);
          call.requireMatch(principal.stamp().revision());
          PrincipalBook.remove(tx, principal, call.principal().id());
          changing.require(tx, call, PrincipalMatter.removed(principal));
          return Answer.empty();
        });
  }

  /** The token itself stays with who asks: what is asked, approved and stored is its digest. */
  private Answer replaceToken(Call call) {
    byte[] digest = TokenDraft.read(call.document()).digest();
    return changing.run(
        call,
        tx -> {
          Principal principal = find(tx, call);
          call.requireMatch(principal.stamp().revision());
          ApprovalMatter matter = PrincipalMatter.token(tx, principal, digest);
          PrincipalBook.replaceToken(tx, principal, digest, call.principal().id());
          changing.require(tx, call, matter);
          return Answer.empty();
        });
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<Principal> found =
        changing.read(
            call, tx -> tx.principals().page(call.principal().tenant(), call.after(), limit + 1));
    return Answer.json(200, Documents.page(found, limit, Documents::principal, Principal::id));
  }

  private Answer show(Call call) {
    Principal principal = changing.read(call, tx -> find(tx, call));
    JsonObject document = Documents.principal(principal);
    changing
        .audit()
        .refusals()
        .of(principal.id())
        .ifPresent(refusals -> document.put("refusals", refusals));
    return Answer.object(200, principal.stamp().revision(), document);
  }

  private static Answer answer(int status, Principal principal) {
    return Answer.object(status, principal.stamp().revision(), Documents.principal(principal));
  }

  /**
   * The principal that {@code call} names, in the caller's tenant.
   *
   * @throws ProblemException {@code not_found}
   */
  static Principal find(Transaction tx, Call call) {
    return tx.principals()
        .find(call.path("principal"))
        .filter(principal -> principal.tenant().equals(call.principal().tenant()))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND, "there is no such principal; see GET /v1/principals"));
  }
}
