package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UNGRANT;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretGroupMember;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.SecretGrantBook;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretAccess;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The routes that say what is in a group of secrets and who reads it. Thread-safe.
 *
 * <p>Both give somebody secrets, so both are {@code secret:grant} and {@code secret:ungrant}. Each
 * changes the group's revision: what was approved for these readers and secrets is not run for
 * others.
 */
final class SecretGroupGrantOperations {
  private static final String MEMBER = SecretGroupOperations.PATH + "/members/{secret}";
  private static final String GRANTS = SecretGroupOperations.PATH + "/grants";
  private static final String GRANT = GRANTS + "/{reader}";

  /** The most grants on a group. */
  private static final int READERS_MAX = 100;

  private final Changing changing;

  SecretGroupGrantOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(PUT, MEMBER, SECRET_GRANT, this::add),
        new Route(DELETE, MEMBER, SECRET_UNGRANT, this::remove),
        new Route(GET, GRANTS, SECRET_GRANT_LIST, this::list),
        Route.withDocument(PUT, GRANT, SECRET_GRANT, this::grant),
        new Route(DELETE, GRANT, SECRET_UNGRANT, this::ungrant));
  }

  /** Opens a secret to all readers of the group: while it has none, nobody gains by that. */
  private Answer add(Call call) {
    requireExact(call.path("secret"));
    return changing.run(
        call,
        tx -> {
          SecretGroup group = SecretGroupOperations.selected(tx, call);
          call.subject(member(call, group));
          Secret secret =
              SecretAccess.visible(tx, call.principal(), call.path("secret"))
                  .orElseThrow(SealedSecret::notFound);
          group.draft().requireFits(secret);
          SecretGroupMember member =
              new SecretGroupMember(secret.name(), tx.now(), call.principal().id());
          List<SecretGroupMember> members = tx.secretGroups().members(group);
          for (SecretGroupMember before : members) {
            if (before.secret().equals(secret.name())) {
              return answer(group, before);
            }
          }
          requireRoom(tx, secret, members.size());
          tx.secretGroups().add(group, member);
          List<SecretGrant> readers =
              tx.secretGrants().page(group.tenant(), group.reference(), "", READERS_MAX);
          SecretGroup changed = changed(tx, call, group);
          if (!readers.isEmpty()) {
            changing.require(tx, call, matter(tx, group, readers, List.of(member)));
          }
          return answer(changed, member);
        });
  }

  private static void requireExact(String secret) {
    if (secret.contains("*")) {
      throw new InvalidDocumentException(
          List.of(
              new FieldError(
                  "secret", "must be one secret's exact name: nothing is added by a wildcard")));
    }
  }

  private static void requireRoom(Transaction tx, Secret secret, int members) {
    if (members >= SecretGroup.MEMBERS_MAX
        || tx.secretGroups().of(secret.tenant(), secret.name()).size()
            >= SecretGroup.OF_SECRET_MAX) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "a group has at most "
              + SecretGroup.MEMBERS_MAX
              + " secrets, and a secret is in at most "
              + SecretGroup.OF_SECRET_MAX
              + " groups");
    }
  }

  private static void requireRoom(Transaction tx, SecretGroup group, String reader) {
    String on = group.reference();
    if (tx.secretGrants().find(group.tenant(), reader, on).isEmpty()
        && tx.secretGrants().countOn(group.tenant(), on) >= READERS_MAX) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "a group of secrets has at most " + READERS_MAX + " grants; grant it to a group");
    }
  }

  private static Answer answer(SecretGroup group, SecretGroupMember member) {
    return Answer.object(
        200,
        group.stamp().revision(),
        new JsonObject()
            .put("group", group.name())
            .put("secret", member.secret())
            .put("addedAt", member.addedAt().toString())
            .put("addedBy", member.addedBy()));
  }

  private Answer remove(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretGroup group = SecretGroupOperations.selected(tx, call);
          call.subject(member(call, group));
          String secret = call.path("secret");
          if (tx.secretGroups().members(group).stream()
              .noneMatch(member -> member.secret().equals(secret))) {
            throw new ProblemException(
                ErrorCode.NOT_FOUND, "the group is there, but it has no such secret");
          }
          tx.secretGroups().remove(group, secret);
          changed(tx, call, group);
          return Answer.empty();
        });
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<SecretGrant> found =
        changing.read(
            call,
            tx -> {
              SecretGroup group = SecretGroupOperations.selected(tx, call);
              return tx.secretGrants()
                  .page(group.tenant(), group.reference(), call.after(), limit + 1);
            });
    return Answer.json(
        200, Documents.page(found, limit, SecretAnswers::document, SecretGrant::principal));
  }

  private Answer grant(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretGroup group = SecretGroupOperations.selected(tx, call);
          call.subject(reader(call, group));
          SecretGrantOperations.requireReader(call);
          Map<String, Object> document =
              call.facts().body().length == 0 ? Map.of() : call.document();
          requireRoom(tx, group, call.path("reader"));
          SecretGrant grant =
              SecretGrantBook.put(
                  tx,
                  group.tenant(),
                  group.reference(),
                  call.path("reader"),
                  SecretGrant.notAfter(document, tx.now()),
                  call.principal().id());
          changed(tx, call, group);
          changing.require(
              tx, call, matter(tx, group, List.of(grant), tx.secretGroups().members(group)));
          return Answer.json(200, SecretAnswers.document(grant));
        });
  }

  private Answer ungrant(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretGroup group = SecretGroupOperations.selected(tx, call);
          call.subject(reader(call, group));
          SecretGrantOperations.requireReader(call);
          SecretGrant grant =
              tx.secretGrants()
                  .find(group.tenant(), call.path("reader"), group.reference())
                  .orElseThrow(
                      () ->
                          new ProblemException(
                              ErrorCode.NOT_FOUND, "the group is there, but it has no such grant"));
          tx.secretGrants().delete(grant);
          changed(tx, call, group);
          return Answer.empty();
        });
  }

  /**
   * Who is to read which secrets; of the revision that {@code group} had before.
   *
   * @param grants by which somebody reads, who gains by it
   */
  private static ApprovalMatter matter(
      Transaction tx,
      SecretGroup group,
      List<SecretGrant> grants,
      List<SecretGroupMember> members) {
    Set<String> gaining = new HashSet<>();
    List<String> lines = new ArrayList<>();
    for (SecretGrant grant : grants) {
      gaining.addAll(SecretGrantBook.beneficiaries(tx, grant));
      String end = grant.notAfter() == null ? "" : " until " + grant.notAfter();
      lines.add("+ reader: \"" + grant.principal() + "\"" + end);
    }
    members.forEach(member -> lines.add("+ secret: \"" + member.secret() + "\""));
    return new ApprovalMatter(
        group.id().toString(),
        group.stamp().revision(),
        Set.of(group.draft().environment()),
        Set.of(),
        gaining,
        lines);
  }

  private static SecretGroup changed(Transaction tx, Call call, SecretGroup group) {
    SecretGroup changed =
        new SecretGroup(
            group.id(), group.draft(), group.stamp().changed(tx.now(), call.principal().id()));
    tx.secretGroups().update(changed);
    return changed;
  }

  /** Which secret, and whom it is opened or closed to. */
  private static String member(Call call, SecretGroup group) {
    return call.path("secret") + " " + group.reference();
  }

  private static String reader(Call call, SecretGroup group) {
    return group.reference() + " " + call.path("reader");
  }
}
