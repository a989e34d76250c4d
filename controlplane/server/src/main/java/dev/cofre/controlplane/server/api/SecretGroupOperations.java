package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretGroupDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.policy.SecretGrantBook;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.SecretGroupAccess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;

/** The routes that make groups of secrets and tell of them. Thread-safe. */
final class SecretGroupOperations {
  static final String PATH = "/v1/secret-groups/{secretgroup}";

  private final Changing changing;

  SecretGroupOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/secret-groups", SECRET_GROUP_CREATE, this::create),
        new Route(GET, "/v1/secret-groups", SECRET_GROUP_LIST, this::list),
        new Route(GET, PATH, SECRET_GROUP_SHOW, this::show),
        Route.withDocument(PATCH, PATH, SECRET_GROUP_UPDATE, this::update),
        new Route(DELETE, PATH, SECRET_GROUP_DELETE, this::delete));
  }

  private Answer create(Call call) {
    SecretGroupDraft draft = SecretGroupDraft.read(call.document(), call.principal().tenant());
    call.subject(draft.name());
    return changing.run(
        call,
        tx -> {
          SecretGrantBook.requireOwner(tx, draft.tenant(), draft.owner());
          if (tx.secretGroups().find(draft.tenant(), draft.name()).isPresent()) {
            throw new ProblemException(
                ErrorCode.CONFLICT, "the name " + draft.name() + " is taken; choose another one");
          }
          if (tx.secretGroups().count(draft.tenant()) >= SecretGroup.GROUPS_MAX) {
            throw new ProblemException(
                ErrorCode.CONFLICT,
                "a tenant has at most " + SecretGroup.GROUPS_MAX + " groups of secrets");
          }
          SecretGroup group =
              new SecretGroup(
                  UUID.randomUUID(), draft, Stamp.created(tx.now(), call.principal().id()));
          tx.secretGroups().insert(group);
          return answer(201, tx, group);
        });
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<SecretGroup> found =
        changing.read(
            call, tx -> SecretGroupAccess.page(tx, call.principal(), call.after(), limit + 1));
    return Answer.json(
        200, Documents.page(found, limit, SecretAnswers::document, SecretGroup::name));
  }

  private Answer show(Call call) {
    return changing.read(call, tx -> answer(200, tx, visible(tx, call)));
  }

  private Answer update(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretGroup group = selected(tx, call);
          SecretGroupDraft draft = group.draft().changed(call.document());
          if (!draft.owner().equals(group.draft().owner())) {
            SecretGrantBook.requireOwner(tx, group.tenant(), draft.owner());
          }
          SecretGroup changed =
              new SecretGroup(
                  group.id(), draft, group.stamp().changed(tx.now(), call.principal().id()));
          tx.secretGroups().update(changed);
          return answer(200, tx, changed);
        });
  }

  /** Whoever came later under its name would have its grants, so there must be none. */
  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretGroup group = selected(tx, call);
          if (tx.secretGrants().countOn(group.tenant(), group.reference()) > 0) {
            throw new ProblemException(
                ErrorCode.CONFLICT, "it has grants; take them back first (cofre secret group)");
          }
          tx.secretGroups().delete(group);
          return Answer.empty();
        });
  }

  private static Answer answer(int status, Transaction tx, SecretGroup group) {
    JsonArray members = new JsonArray();
    tx.secretGroups()
        .members(group)
        .forEach(
            member ->
                members.add(
                    new JsonObject()
                        .put("secret", member.secret())
                        .put("addedAt", member.addedAt().toString())
                        .put("addedBy", member.addedBy())));
    return Answer.object(
        status, group.stamp().revision(), SecretAnswers.document(group).put("members", members));
  }

  /**
   * The group that the path names.
   *
   * @throws ProblemException {@code not_found} when there is none that the caller may know of
   */
  static SecretGroup visible(Transaction tx, Call call) {
    call.subject(call.path("secretgroup"));
    return SecretGroupAccess.visible(tx, call.principal(), call.path("secretgroup"))
        .orElseThrow(SecretGroupAccess::notFound);
  }

  /**
   * The same, when the role by which the caller knows of it is one that may do this, and it is as
   * the caller has seen it.
   *
   * @throws ProblemException {@code forbidden} when it is another role
   */
  static SecretGroup selected(Transaction tx, Call call) {
    SecretGroup group = visible(tx, call);
    Principal acting = Permissions.acting(call.principal(), call.action());
    if (SecretGroupAccess.visible(tx, acting, group.name()).isEmpty()) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "your roles may not do " + call.action().wireName() + " with this group of secrets");
    }
    call.requireMatch(group.stamp().revision());
    return group;
  }
}
