package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UNGRANT;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.SecretGrantBook;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.EngineAccess;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The routes that say who gets what a role gives: grants as those on secrets, on the name {@code
 * ENGINE/ROLE} for credentials of a system, {@code ca:AUTHORITY/ROLE} for certificates.
 * Thread-safe.
 */
final class RoleGrantOperations {
  private final Changing changing;
  private final String grants;
  private final RoleOfCall roleOfCall;

  /**
   * What is granted.
   *
   * @param subject the name that grants are on
   * @param id for approvals: of what the role belongs to, and its name
   */
  private record GrantedRole(
      String tenant, String subject, String id, long revision, Environment environment) {}

  /** Finds the role that a call names, if the caller may grant it. */
  @FunctionalInterface
  private interface RoleOfCall {
    /** Fails as the call is to be refused: not found, or forbidden. */
    GrantedRole required(Transaction tx, Call call);
  }

  private RoleGrantOperations(Changing changing, String role, RoleOfCall roleOfCall) {
    this.changing = changing;
    this.grants = role + "/grants";
    this.roleOfCall = roleOfCall;
  }

  /** On roles of engines, which make credentials. */
  static RoleGrantOperations ofCredentials(Changing changing) {
    return new RoleGrantOperations(
        changing,
        DynamicRoleOperations.PATH,
        (tx, call) -> {
          SecretEngine engine = SecretEngineOperations.permitted(tx, call);
          DynamicRole role = DynamicRoleOperations.required(tx, call, engine);
          return new GrantedRole(
              engine.tenant(),
              DynamicRoleOperations.subject(call),
              engine.id() + "/" + role.name(),
              role.stamp().revision(),
              engine.draft().environment());
        });
  }

  /** On roles of authorities, which issue certificates. */
  static RoleGrantOperations ofCertificates(Changing changing) {
    return new RoleGrantOperations(
        changing,
        CertificateRoleOperations.PATH,
        (tx, call) -> {
          CertificateAuthority authority = CertificateAuthorityOperations.permitted(tx, call);
          CertificateRole role = CertificateRoleOperations.required(tx, call, authority);
          return new GrantedRole(
              authority.tenant(),
              CertificateRoleOperations.subject(call),
              authority.id() + "/" + role.name(),
              role.stamp().revision(),
              authority.draft().environment());
        });
  }

  List<Route> routes() {
    String grant = grants + "/{reader}";
    return List.of(
        new Route(GET, grants, SECRET_GRANT_LIST, this::list),
        Route.withDocument(PUT, grant, SECRET_GRANT, this::grant),
        new Route(DELETE, grant, SECRET_UNGRANT, this::ungrant));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<SecretGrant> found =
        changing.read(
            call,
            tx -> {
              GrantedRole role = roleOfCall.required(tx, call);
              return tx.secretGrants().page(role.tenant(), role.subject(), call.after(), limit + 1);
            });
    return Answer.json(
        200, Documents.page(found, limit, SecretAnswers::document, SecretGrant::principal));
  }

  private Answer grant(Call call) {
    return changing.run(
        call,
        tx -> {
          GrantedRole role = roleOfCall.required(tx, call);
          call.requireMatch(role.revision());
          call.subject(role.subject() + " " + call.path("reader"));
          SecretGrantOperations.requireReader(call);
          Map<String, Object> document =
              call.facts().body().length == 0 ? Map.of() : call.document();
          SecretGrant grant =
              SecretGrantBook.put(
                  tx,
                  role.tenant(),
                  role.subject(),
                  call.path("reader"),
                  SecretGrant.notAfter(document, tx.now()),
                  call.principal().id());
          changing.require(
              tx,
              call,
              new ApprovalMatter(
                  role.id(),
                  role.revision(),
                  Set.of(role.environment()),
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
          GrantedRole role = roleOfCall.required(tx, call);
          call.requireMatch(role.revision());
          call.subject(role.subject() + " " + call.path("reader"));
          SecretGrantOperations.requireReader(call);
          SecretGrant grant =
              tx.secretGrants()
                  .find(role.tenant(), call.path("reader"), role.subject())
                  .orElseThrow(() -> EngineAccess.notFound("grant"));
          tx.secretGrants().delete(grant);
          return Answer.empty();
        });
  }
}
