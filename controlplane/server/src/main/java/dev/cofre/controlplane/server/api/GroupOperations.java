package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.GROUP_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.GroupDraft;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.GroupBook;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;

/** The routes under /v1/groups. Thread-safe. */
final class GroupOperations {
  private final Changing changing;

  GroupOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/groups", GROUP_CREATE, this::create),
        new Route(GET, "/v1/groups", GROUP_LIST, this::list),
        new Route(GET, "/v1/groups/{group}", GROUP_SHOW, this::show),
        Route.withDocument(PUT, "/v1/groups/{group}", GROUP_UPDATE, this::update),
        new Route(DELETE, "/v1/groups/{group}", GROUP_DELETE, this::delete));
  }

  private Answer create(Call call) {
    GroupDraft draft = GroupDraft.read(call.document(), null);
    return changing.run(
        call,
        tx -> {
          Group made = GroupBook.add(tx, draft, call.principal().tenant(), call.principal().id());
          changing.require(tx, call, GroupMatter.made(tx, made));
          call.subject(made.name());
          return answer(201, made);
        });
  }

  private Answer update(Call call) {
    GroupDraft draft = GroupDraft.read(call.document(), call.path("group"));
    return changing.run(
        call,
        tx -> {
          Group group = find(tx, call);
          call.requireMatch(group.stamp().revision());
          Group changed = GroupBook.change(tx, group, draft, call.principal().id());
          changing.require(tx, call, GroupMatter.changed(tx, group, changed));
          return answer(200, changed);
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          Group group = find(tx, call);
          call.requireMatch(group.stamp().revision());
          ApprovalMatter matter = GroupMatter.removed(tx, group);
          GroupBook.remove(tx, group);
          changing.require(tx, call, matter);
          return Answer.empty();
        });
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<Group> found =
        changing.read(
            call, tx -> tx.groups().page(call.principal().tenant(), call.after(), limit + 1));
    return Answer.json(200, Documents.page(found, limit, Documents::group, Group::name));
  }

  private Answer show(Call call) {
    return answer(200, changing.read(call, tx -> find(tx, call)));
  }

  private static Answer answer(int status, Group group) {
    return Answer.object(status, group.stamp().revision(), Documents.group(group));
  }

  private static Group find(Transaction tx, Call call) {
    return tx.groups()
        .find(call.principal().tenant(), call.path("group"))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND, "there is no such group; see GET /v1/groups"));
  }
}
