package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.BINDING_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.BINDING_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.BINDING_LIST;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.BindingDraft;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.IdentityBinding;
import dev.cofre.controlplane.domain.IdentityProvider;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.PrincipalBook;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The routes under /v1/principals/{principal}/bindings. Thread-safe. */
final class BindingOperations {
  private static final String PATH = "/v1/principals/{principal}/bindings";
  private static final int OF_PRINCIPAL_MAX = 100;
  private static final int BY_CLAIMS_MAX = 1_000;

  private final Changing changing;

  BindingOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, PATH, BINDING_CREATE, this::create),
        new Route(GET, PATH, BINDING_LIST, this::list),
        new Route(DELETE, PATH + "/{binding}", BINDING_DELETE, this::delete));
  }

  private Answer create(Call call) {
    BindingDraft draft = BindingDraft.read(call.document());
    return changing.run(
        call,
        tx -> {
          Principal principal = PrincipalOperations.find(tx, call);
          PrincipalBook.requireNoNode(principal);
          requireFree(tx, principal, draft);
          IdentityBinding made =
              new IdentityBinding(
                  UUID.randomUUID(),
                  principal.tenant(),
                  principal.id(),
                  draft,
                  tx.now(),
                  call.principal().id());
          ApprovalMatter matter =
              PrincipalMatter.credential(tx, principal, Difference.made(document(made)));
          tx.bindings().insert(made);
          tx.principals().credentialsChanged(principal);
          changing.require(tx, call, matter);
          call.subject(principal.id() + " " + made.id());
          return Answer.json(201, document(made));
        });
  }

  private static void requireFree(Transaction tx, Principal principal, BindingDraft draft) {
    String trusted =
        draft.isSpiffe() ? null : IdentityProvider.id(principal.tenant(), draft.provider());
    if (trusted != null && tx.providers().find(principal.tenant(), draft.provider()).isEmpty()) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "there is no identity provider " + draft.provider());
    }
    Optional<IdentityBinding> before =
        trusted == null
            ? tx.bindings().bySpiffeId(draft.subject())
            : draft.subject() == null
                ? Optional.empty()
                : tx.bindings().bySubject(trusted, draft.subject());
    if (before.isPresent()) {
      throw new ProblemException(ErrorCode.CONFLICT, "this caller is bound to a principal already");
    }
    if (tx.bindings().of(principal.id()).size() >= OF_PRINCIPAL_MAX
        || (draft.subject() == null && tx.bindings().byClaims(trusted).size() >= BY_CLAIMS_MAX)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "a principal has at most "
              + OF_PRINCIPAL_MAX
              + " bindings, a provider at most "
              + BY_CLAIMS_MAX
              + " by claims; delete some");
    }
  }

  private Answer list(Call call) {
    List<IdentityBinding> found =
        changing.read(call, tx -> tx.bindings().of(PrincipalOperations.find(tx, call).id()));
    JsonArray items = new JsonArray();
    found.forEach(binding -> items.add(document(binding)));
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          Principal principal = PrincipalOperations.find(tx, call);
          IdentityBinding binding =
              CanonicalUuid.find(call.path("binding"))
                  .flatMap(tx.bindings()::find)
                  .filter(found -> found.principal().equals(principal.id()))
                  .orElseThrow(
                      () -> new ProblemException(ErrorCode.NOT_FOUND, "it has no such binding"));
          tx.bindings().delete(binding);
          tx.principals().credentialsChanged(principal);
          call.subject(principal.id() + " " + binding.id());
          return Answer.empty();
        });
  }

  private static JsonObject document(IdentityBinding binding) {
    JsonObject json =
        new JsonObject().put("id", binding.id().toString()).put("principal", binding.principal());
    BindingDraft draft = binding.draft();
    if (draft.isSpiffe()) {
      json.put("spiffeId", draft.subject());
    } else {
      json.put("provider", draft.provider());
      if (draft.subject() != null) {
        json.put("subject", draft.subject());
      } else {
        JsonObject claims = new JsonObject();
        draft.claims().forEach(claims::put);
        json.put("claims", claims);
      }
    }
    return json.put("createdAt", binding.createdAt().toString())
        .put("createdBy", binding.createdBy());
  }
}
