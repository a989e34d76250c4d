package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UNGRANT;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.SecretGrantBook;
import dev.cofre.controlplane.server.vault.EngineAccess;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The routes that say who gets certificates of which role: grants as those on secrets, on the name
 * {@code ca:AUTHORITY/ROLE}. Thread-safe.
 */
final class CertificateRoleGrantOperations {
  private static final String GRANTS = CertificateRoleOperations.PATH + "/grants";
  private static final String GRANT = GRANTS + "/{reader}";

  private final Changing changing;

  CertificateRoleGrantOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, GRANTS, SECRET_GRANT_LIST, this::list),
        Route.withDocument(PUT, GRANT, SECRET_GRANT, this::grant),
        new Route(DELETE, GRANT, SECRET_UNGRANT, this::ungrant));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<SecretGrant> found =
        changing.read(
            call,
            tx -> {
              CertificateAuthority authority = CertificateAuthorityOperations.permitted(tx, call);
              CertificateRoleOperations.required(tx, call, authority);
              return tx.secretGrants()
                  .page(
                      authority.tenant(),
                      CertificateRoleOperations.subject(call),
                      call.after(),
                      limit + 1);
            });
    return Answer.json(
        200, Documents.page(found, limit, SecretAnswers::document, SecretGrant::principal));
  }

  private Answer grant(Call call) {
    return changing.run(
        call,
        tx -> {
          CertificateAuthority authority = CertificateAuthorityOperations.permitted(tx, call);
          CertificateRole role = CertificateRoleOperations.required(tx, call, authority);
          call.requireMatch(role.stamp().revision());
          subject(call);
          SecretGrantOperations.requireReader(call);
          Map<String, Object> document =
              call.facts().body().length == 0 ? Map.of() : call.document();
          SecretGrant grant =
              SecretGrantBook.put(
                  tx,
                  authority.tenant(),
                  CertificateRoleOperations.subject(call),
                  call.path("reader"),
                  SecretGrant.notAfter(document, tx.now()),
                  call.principal().id());
          changing.require(
              tx,
              call,
              new ApprovalMatter(
                  authority.id() + "/" + role.name(),
                  role.stamp().revision(),
                  Set.of(authority.draft().environment()),
                  Set.of(),
                  SecretGrantBook.beneficiaries(tx, grant),
                  Difference.made(SecretAnswers.document(grant))));
          return Answer.json(200, SecretAnswers.document(grant));
        });
  }

  private Answer ungrant(Call call) {
    return changing.run(
        call,
        tx -> {
          CertificateAuthority authority = CertificateAuthorityOperations.permitted(tx, call);
          CertificateRole role = CertificateRoleOperations.required(tx, call, authority);
          call.requireMatch(role.stamp().revision());
          subject(call);
          SecretGrantOperations.requireReader(call);
          SecretGrant grant =
              tx.secretGrants()
                  .find(
                      authority.tenant(),
                      call.path("reader"),
                      CertificateRoleOperations.subject(call))
                  .orElseThrow(() -> EngineAccess.notFound("grant"));
          tx.secretGrants().delete(grant);
          return Answer.empty();
        });
  }

  private static void subject(Call call) {
    call.subject(CertificateRoleOperations.subject(call) + " " + call.path("reader"));
  }
}
