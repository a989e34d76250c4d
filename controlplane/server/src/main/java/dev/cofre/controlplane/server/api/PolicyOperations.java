package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.POLICY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyReader;
import dev.cofre.controlplane.server.policy.PolicyBook;
import dev.cofre.controlplane.server.store.PolicyVersion;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The routes under /v1/policies that keep policies. Thread-safe. */
final class PolicyOperations {
  private final Changing changing;

  PolicyOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/policies", POLICY_CREATE, this::create),
        new Route(GET, "/v1/policies", POLICY_LIST, this::list),
        new Route(GET, "/v1/policies/{policy}", POLICY_SHOW, this::show),
        Route.withDocument(PUT, "/v1/policies/{policy}", POLICY_UPDATE, this::update),
        new Route(DELETE, "/v1/policies/{policy}", POLICY_DELETE, this::delete),
        new Route(GET, "/v1/policies/{policy}/history", POLICY_SHOW, this::history));
  }

  private Answer create(Call call) {
    PolicyDocument document = PolicyReader.read(call.document());
    return changing.run(
        call,
        tx -> {
          Policy policy =
              PolicyBook.add(tx, document, call.principal().tenant(), call.principal().id());
          changing.require(tx, call, PolicyMatter.made(tx, policy));
          call.subject(policy.id().toString());
          return Answer.object(201, policy.stamp().revision(), Documents.policy(policy));
        });
  }

  private Answer update(Call call) {
    PolicyDocument document = PolicyReader.read(call.document());
    return changing.run(
        call,
        tx -> {
          Policy policy = find(tx, call);
          call.requireMatch(policy.stamp().revision());
          Policy changed = PolicyBook.change(tx, policy, document, call.principal().id());
          changing.require(tx, call, PolicyMatter.changed(tx, policy, changed));
          return Answer.object(200, changed.stamp().revision(), Documents.policy(changed));
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          Policy policy = find(tx, call);
          call.requireMatch(policy.stamp().revision());
          changing.require(tx, call, PolicyMatter.removed(tx, policy));
          tx.policies().delete(policy, tx.now(), call.principal().id());
          return Answer.empty();
        });
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<Policy> found =
        changing.read(
            call, tx -> tx.policies().page(call.principal().tenant(), call.after(), limit + 1));
    return Answer.json(200, Documents.page(found, limit, Documents::policy, Policy::name));
  }

  private Answer show(Call call) {
    Policy policy = changing.read(call, tx -> find(tx, call));
    return Answer.object(200, policy.stamp().revision(), Documents.policy(policy));
  }

  private Answer history(Call call) {
    List<PolicyVersion> versions = changing.read(call, tx -> versions(tx, call));
    JsonArray items = new JsonArray();
    versions.forEach(version -> items.add(Documents.version(version)));
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  /** Also of a policy that is gone, by its id. */
  private static List<PolicyVersion> versions(Transaction tx, Call call) {
    String tenant = call.principal().tenant();
    UUID id =
        CanonicalUuid.find(call.path("policy"))
            .or(() -> tx.policies().find(tenant, call.path("policy")).map(Policy::id))
            .orElseThrow(PolicyOperations::notFound);
    List<PolicyVersion> versions = tx.policies().history(tenant, id);
    if (versions.isEmpty()) {
      throw notFound();
    }
    return versions;
  }

  /** The policy that the path names by id or name. */
  private static Policy find(Transaction tx, Call call) {
    String tenant = call.principal().tenant();
    Optional<Policy> byId =
        CanonicalUuid.find(call.path("policy"))
            .flatMap(id -> tx.policies().find(id))
            .filter(policy -> policy.tenant().equals(tenant));
    Policy policy =
        byId.or(() -> tx.policies().find(tenant, call.path("policy")))
            .orElseThrow(PolicyOperations::notFound);
    call.subject(policy.id().toString());
    return policy;
  }

  private static ProblemException notFound() {
    return new ProblemException(
        ErrorCode.NOT_FOUND, "there is no such policy; see GET /v1/policies");
  }
}
