package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_REVOKE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_SHOW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateDraft;
import dev.cofre.controlplane.domain.CertificateDraft.Selection;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.server.store.CertificateTable.Filter;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.CertificateAccess;
import dev.cofre.controlplane.server.vault.EngineAccess;
import dev.cofre.controlplane.server.x509.RevocationLists;
import dev.cofre.controlplane.server.x509.Revocations;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The routes that show certificates and revoke them. Thread-safe. */
final class CertificateEndOperations {
  static final String PATH = "/v1/certificates/{certificate}";

  private static final Issued ISSUED = new Issued("certificate");

  private final Changing changing;
  private final RevocationLists lists;

  CertificateEndOperations(Changing changing, RevocationLists lists) {
    this.changing = changing;
    this.lists = lists;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/certificates", CERTIFICATE_LIST, this::list),
        new Route(GET, PATH, CERTIFICATE_SHOW, this::show),
        Route.withDocument(POST, PATH + "/revoke", CERTIFICATE_REVOKE, this::revoke),
        Route.withDocument(
            POST, "/v1/certificate-revocations", CERTIFICATE_REVOKE, this::revokeAll));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    UUID after = call.after().isEmpty() ? null : ISSUED.id(call.after());
    var query = call.facts().query();
    List<IssuedCertificate> found =
        changing.read(
            call,
            tx ->
                tx.certificates()
                    .page(
                        filter(
                            tx,
                            call.principal(),
                            query.get("authority"),
                            query.get("role"),
                            query.get("principal")),
                        after,
                        limit + 1));
    return Answer.json(
        200,
        Documents.page(found, limit, CertificateAnswers::certificate, one -> one.id().toString()));
  }

  /** What {@code caller} may know of of what is asked for. */
  private static Filter filter(
      Transaction tx, Principal caller, String authority, String role, String principal) {
    String holder = ISSUED.holder(caller, principal);
    Issued.requireText(authority);
    Issued.requireText(role);
    Issued.requireText(principal);
    UUID id = null;
    if (authority != null) {
      id =
          EngineAccess.holder(caller) == null
              ? authority(tx, caller, authority)
              : anyAuthority(tx, caller, authority);
    }
    return new Filter(caller.tenant(), id, role, holder, EngineAccess.owners(tx, caller));
  }

  private static UUID authority(Transaction tx, Principal caller, String name) {
    return CertificateAccess.visible(tx, caller, name)
        .map(CertificateAuthority::id)
        .orElseThrow(() -> EngineAccess.notFound("authority"));
  }

  /** For who has certificates: a name of no authority selects none of them. */
  private static UUID anyAuthority(Transaction tx, Principal caller, String name) {
    return tx.authorities()
        .find(caller.tenant(), name)
        .map(CertificateAuthority::id)
        .orElse(new UUID(0, 0));
  }

  private Answer show(Call call) {
    return Answer.json(
        200,
        CertificateAnswers.certificate(
            changing.read(call, tx -> visible(tx, call, call.principal()))));
  }

  private Answer revoke(Call call) {
    IssuedCertificate revoked =
        changing
            .store()
            .note(
                tx -> {
                  IssuedCertificate certificate = permitted(tx, call);
                  RevocationReason reason =
                      CertificateDraft.revocation(
                          call.facts().body().length == 0 ? Map.of() : call.document());
                  Revocations.revoke(tx, certificate, reason);
                  changing.audit().allowed(call);
                  return tx.certificates().find(certificate.id()).orElseThrow();
                });
    lists.forget();
    return Answer.json(200, CertificateAnswers.certificate(revoked));
  }

  private Answer revokeAll(Call call) {
    Selection selection = Selection.read(call.document());
    call.subject(
        Issued.subject(
            "authority",
            selection.authority(),
            selection.role(),
            selection.principal(),
            selection.dryRun()));
    Principal acting = Permissions.acting(call.principal(), call.action());
    int count =
        changing
            .store()
            .note(
                tx -> {
                  Filter filter =
                      filter(
                          tx,
                          acting,
                          selection.authority(),
                          selection.role(),
                          selection.principal());
                  int found =
                      selection.dryRun()
                          ? tx.certificates().countRevocable(filter, tx.now())
                          : Revocations.revoke(tx, filter, selection.reason());
                  changing.audit().allowed(call);
                  return found;
                });
    lists.forget();
    return Answer.json(
        200, new JsonObject().put("certificates", count).put("dryRun", selection.dryRun()));
  }

  /** The certificate that the path names, when the caller may know of it. */
  static IssuedCertificate visible(Transaction tx, Call call) {
    return visible(tx, call, call.principal());
  }

  private static IssuedCertificate visible(Transaction tx, Call call, Principal caller) {
    return CertificateAccess.visibleCertificate(tx, caller, ISSUED.id(call.path("certificate")))
        .orElseThrow(() -> EngineAccess.notFound("certificate"));
  }

  /** The same, when the role by which the caller knows of it is one that may do this. */
  private static IssuedCertificate permitted(Transaction tx, Call call) {
    return ISSUED.permitted(call, caller -> visible(tx, call, caller));
  }
}
