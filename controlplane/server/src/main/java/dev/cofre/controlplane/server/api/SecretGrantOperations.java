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
import dev.cofre.controlplane.domain.GroupDraft;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.SecretGrantBook;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The routes that say who may read which secret, each by its exact name. Thread-safe. */
final class SecretGrantOperations {
  private static final String GRANTS = SecretOperations.PATH + "/grants";
  private static final String GRANT = GRANTS + "/{reader}";

  /** Sorts after whatever a grant is on. */
  private static final String BEHIND_ALL = "~";

  private final Changing changing;

  SecretGrantOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, GRANTS, SECRET_GRANT_LIST, this::list),
        Route.withDocument(PUT, GRANT, SECRET_GRANT, this::grant),
        new Route(DELETE, GRANT, SECRET_UNGRANT, this::ungrant));
  }

  /**
   * All by which it is read, those on groups that it is in too. A principal may have several, so a
   * page goes on after a principal and what its grant is on.
   */
  private Answer list(Call call) {
    int limit = call.limit();
    String[] after = call.after().split(" ", 2);
    List<SecretGrant> found =
        changing.read(
            call,
            tx -> {
              Secret secret = SecretOperations.permitted(tx, call);
              return tx.secretGrants()
                  .pageReading(
                      secret.tenant(),
                      secret.name(),
                      after[0],
                      after.length > 1 ? after[1] : BEHIND_ALL,
                      limit + 1);
            });
    return Answer.json(
        200,
        Documents.page(
            found,
            limit,
            SecretAnswers::document,
            grant -> grant.principal() + " " + grant.secret()));
  }

  private Answer grant(Call call) {
    if (call.path("secret").contains("*")) {
      throw new InvalidDocumentException(
          List.of(
              new FieldError(
                  "secret", "must be one secret's exact name: nobody reads by a wildcard")));
    }
    return changing.run(
        call,
        tx -> {
          Secret secret = SecretOperations.selected(tx, call);
          call.subject(subject(call));
          requireReader(call);
          Map<String, Object> document =
              call.facts().body().length == 0 ? Map.of() : call.document();
          SecretGrant grant =
              SecretGrantBook.put(
                  tx,
                  secret,
                  call.path("reader"),
                  SecretGrant.notAfter(document, tx.now()),
                  call.principal().id());
          changing.require(tx, call, matter(tx, secret, grant));
          return Answer.json(200, SecretAnswers.document(grant));
        });
  }

  /** Whoever is granted it gains by it. */
  private static ApprovalMatter matter(Transaction tx, Secret secret, SecretGrant grant) {
    return new ApprovalMatter(
        secret.id().toString(),
        secret.stamp().revision(),
        Set.of(secret.draft().environment()),
        Set.of(),
        SecretGrantBook.beneficiaries(tx, grant),
        Difference.made(SecretAnswers.document(grant)));
  }

  private Answer ungrant(Call call) {
    return changing.run(
        call,
        tx -> {
          Secret secret = SecretOperations.selected(tx, call);
          call.subject(subject(call));
          requireReader(call);
          SecretGrant grant =
              tx.secretGrants()
                  .find(secret.tenant(), call.path("reader"), secret.name())
                  .orElseThrow(
                      () ->
                          new ProblemException(
                              ErrorCode.NOT_FOUND,
                              "the secret is there, but it has no such grant"));
          tx.secretGrants().delete(grant);
          return Answer.empty();
        });
  }

  static void requireReader(Call call) {
    if (!GroupDraft.MEMBER.matcher(call.path("reader")).matches()) {
      throw new InvalidDocumentException(
          List.of(new FieldError("reader", "must be a principal's id, or group:NAME")));
    }
  }

  /** Which secret, and whom it is opened or closed to. */
  private static String subject(Call call) {
    return call.path("secret") + " " + call.path("reader");
  }
}
