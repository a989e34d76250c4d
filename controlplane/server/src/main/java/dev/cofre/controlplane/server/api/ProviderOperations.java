package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.IdentityProvider;
import dev.cofre.controlplane.domain.IdentityProviderDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.federation.ForeignTokens;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;

/**
 * The routes under /v1/identity-providers. Thread-safe.
 *
 * <p>A provider that is changed or removed ends the exchanged tokens of all principals that it
 * vouched for.
 */
final class ProviderOperations {
  private static final String PATH = "/v1/identity-providers";
  private static final int PROVIDERS_MAX = 100;

  private final Changing changing;

  ProviderOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, PATH, IDENTITY_PROVIDER_CREATE, this::create),
        new Route(GET, PATH, IDENTITY_PROVIDER_LIST, this::list),
        new Route(GET, PATH + "/{provider}", IDENTITY_PROVIDER_SHOW, this::show),
        Route.withDocument(PUT, PATH + "/{provider}", IDENTITY_PROVIDER_UPDATE, this::update),
        new Route(DELETE, PATH + "/{provider}", IDENTITY_PROVIDER_DELETE, this::delete));
  }

  private Answer create(Call call) {
    IdentityProviderDraft draft = IdentityProviderDraft.read(call.document(), null);
    ForeignTokens.check(draft);
    return changing.run(
        call,
        tx -> {
          String tenant = call.principal().tenant();
          if (tx.providers().find(tenant, draft.name()).isPresent()
              || tx.providers().count(tenant) >= PROVIDERS_MAX) {
            throw new ProblemException(
                ErrorCode.CONFLICT,
                "there is one of this name, or there are " + PROVIDERS_MAX + " already");
          }
          IdentityProvider made =
              new IdentityProvider(tenant, draft, Stamp.created(tx.now(), call.principal().id()));
          requireOnly(tx, made);
          tx.providers().insert(made);
          changing.require(tx, call, matter(null, Difference.made(document(made))));
          call.subject(draft.name());
          return answer(201, made);
        });
  }

  private Answer update(Call call) {
    IdentityProviderDraft draft =
        IdentityProviderDraft.read(call.document(), call.path("provider"));
    ForeignTokens.check(draft);
    return changing.run(
        call,
        tx -> {
          IdentityProvider before = find(tx, call);
          call.requireMatch(before.stamp().revision());
          IdentityProvider changed =
              new IdentityProvider(
                  before.tenant(), draft, before.stamp().changed(tx.now(), call.principal().id()));
          requireOnly(tx, changed);
          tx.providers().update(changed);
          endTokens(tx, before);
          changing.require(
              tx, call, matter(before, Difference.between(document(before), document(changed))));
          return answer(200, changed);
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          IdentityProvider provider = find(tx, call);
          call.requireMatch(provider.stamp().revision());
          endTokens(tx, provider);
          tx.providers().delete(provider);
          return Answer.empty();
        });
  }

  private static void endTokens(Transaction tx, IdentityProvider provider) {
    for (String id : tx.bindings().principalsOf(provider.id())) {
      tx.principals().find(id).ifPresent(tx.principals()::credentialsChanged);
    }
  }

  /** Two that vouch for the same issuer could disagree. */
  private static void requireOnly(Transaction tx, IdentityProvider provider) {
    tx.providers()
        .findByIssuer(provider.draft().issuer())
        .filter(other -> !other.id().equals(provider.id()))
        .ifPresent(
            other -> {
              throw new ProblemException(
                  ErrorCode.CONFLICT, "an identity provider has this issuer already");
            });
  }

  private static ApprovalMatter matter(IdentityProvider before, List<String> changes) {
    return new ApprovalMatter(
        before == null ? null : PrincipalMatter.subject(before.draft().name(), before.stamp()),
        before == null ? 0 : before.stamp().revision(),
        Set.of(),
        Set.of(),
        Set.of(),
        changes);
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<IdentityProvider> found =
        changing.read(
            call, tx -> tx.providers().page(call.principal().tenant(), call.after(), limit + 1));
    return Answer.json(
        200,
        Documents.page(
            found, limit, ProviderOperations::document, provider -> provider.draft().name()));
  }

  private Answer show(Call call) {
    return answer(200, changing.read(call, tx -> find(tx, call)));
  }

  private static Answer answer(int status, IdentityProvider provider) {
    return Answer.object(status, provider.stamp().revision(), document(provider));
  }

  private static JsonObject document(IdentityProvider provider) {
    JsonObject json = new JsonObject();
    provider
        .draft()
        .document()
        .forEach(
            (field, value) ->
                json.put(field, value instanceof List<?> list ? new JsonArray(list) : value));
    json.put("tenant", provider.tenant()).put("owner", provider.stamp().createdBy());
    return Documents.stamp(json, provider.stamp());
  }

  private static IdentityProvider find(Transaction tx, Call call) {
    return tx.providers()
        .find(call.principal().tenant(), call.path("provider"))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND,
                    "there is no such identity provider; see GET /v1/identity-providers"));
  }
}
