package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ROLE_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ROLE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ROLE_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.CertificateRoleDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.EngineAccess;
import java.util.List;
import java.util.Optional;

/** The routes that say what an authority's certificates may say. Thread-safe. */
final class CertificateRoleOperations {
  static final String PATH = CertificateAuthorityOperations.PATH + "/roles/{role}";
  private static final int ROLES_MAX = 1_000;

  private final Changing changing;

  CertificateRoleOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    String all = CertificateAuthorityOperations.PATH + "/roles";
    return List.of(
        new Route(GET, all, CERTIFICATE_ROLE_SHOW, this::list),
        new Route(GET, PATH, CERTIFICATE_ROLE_SHOW, this::show),
        Route.withDocument(PUT, PATH, CERTIFICATE_ROLE_UPDATE, this::put),
        new Route(DELETE, PATH, CERTIFICATE_ROLE_DELETE, this::delete));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<CertificateRole> found =
        changing.read(
            call,
            tx ->
                tx.certificateRoles()
                    .page(
                        CertificateAuthorityOperations.visible(tx, call).id(),
                        call.after(),
                        limit + 1));
    return Answer.json(
        200, Documents.page(found, limit, CertificateAnswers::document, CertificateRole::name));
  }

  private Answer show(Call call) {
    return answer(
        200,
        changing.read(
            call, tx -> required(tx, call, CertificateAuthorityOperations.visible(tx, call))));
  }

  private Answer put(Call call) {
    return changing.run(
        call,
        tx -> {
          CertificateAuthority authority = CertificateAuthorityOperations.permitted(tx, call);
          call.subject(subject(call));
          requireName(call);
          Optional<CertificateRole> before =
              tx.certificateRoles().find(authority.id(), call.path("role"));
          call.requireMatch(before.map(role -> role.stamp().revision()).orElse(0L));
          CertificateRoleDraft draft =
              CertificateRoleDraft.read(call.path("role"), call.document());
          if (before.isEmpty() && tx.certificateRoles().count(authority.id()) >= ROLES_MAX) {
            throw conflict("an authority has at most " + ROLES_MAX + " roles");
          }
          String by = call.principal().id();
          Stamp stamp =
              before
                  .map(role -> role.stamp().changed(tx.now(), by))
                  .orElseGet(() -> Stamp.created(tx.now(), by));
          CertificateRole role = new CertificateRole(authority.id(), draft, stamp);
          tx.certificateRoles().put(role);
          return answer(before.isPresent() ? 200 : 201, role);
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          CertificateAuthority authority = CertificateAuthorityOperations.permitted(tx, call);
          CertificateRole role = required(tx, call, authority);
          call.requireMatch(role.stamp().revision());
          if (tx.secretGrants().countOn(authority.tenant(), subject(call)) > 0) {
            throw conflict("it has grants, which a later role of its name would have; ungrant it");
          }
          tx.certificateRoles().delete(authority.id(), role.name());
          return Answer.empty();
        });
  }

  /** The role of {@code authority} that the path names. */
  static CertificateRole required(Transaction tx, Call call, CertificateAuthority authority) {
    call.subject(subject(call));
    requireName(call);
    return tx.certificateRoles()
        .find(authority.id(), call.path("role"))
        .orElseThrow(() -> EngineAccess.notFound("role"));
  }

  /** No database is asked for a name that none has: to one of them it may be no text at all. */
  private static void requireName(Call call) {
    if (call.path("role").indexOf('\0') >= 0) {
      throw EngineAccess.notFound("role");
    }
  }

  /** What grants on the role are called by. */
  static String subject(Call call) {
    return CertificateRole.grantName(call.path("authority"), call.path("role"));
  }

  private static Answer answer(int status, CertificateRole role) {
    return Answer.object(status, role.stamp().revision(), CertificateAnswers.document(role));
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(ErrorCode.CONFLICT, detail);
  }
}
