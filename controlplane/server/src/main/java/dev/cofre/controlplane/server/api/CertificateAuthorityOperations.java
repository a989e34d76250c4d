package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_SHOW;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.CertificateAccess;
import dev.cofre.controlplane.server.vault.EngineAccess;
import dev.cofre.controlplane.server.vault.SecretAccess;
import dev.cofre.controlplane.server.x509.AuthorityKeys;
import dev.cofre.controlplane.server.x509.CertificateIssuer;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The routes that make certificate authorities and end them. Thread-safe. */
final class CertificateAuthorityOperations {
  static final String PATH = "/v1/certificate-authorities/{authority}";

  private static final System.Logger LOG =
      System.getLogger(CertificateAuthorityOperations.class.getName());

  /** Each is a key in the HSM. */
  private static final int AUTHORITIES_MAX = 20;

  private final Changing changing;
  private final SecretWriting writing;
  private final AuthorityKeys keys;

  CertificateAuthorityOperations(Changing changing, SecretWriting writing, AuthorityKeys keys) {
    this.changing = changing;
    this.writing = writing;
    this.keys = keys;
  }

  List<Route> routes() {
    String all = "/v1/certificate-authorities";
    return List.of(
        Route.withDocument(POST, all, CERTIFICATE_AUTHORITY_CREATE, this::create),
        new Route(GET, all, CERTIFICATE_AUTHORITY_LIST, this::list),
        new Route(GET, PATH, CERTIFICATE_AUTHORITY_SHOW, this::show),
        new Route(DELETE, PATH, CERTIFICATE_AUTHORITY_DELETE, this::delete));
  }

  /** Written ahead, so that a key that a kill left in the HSM is known, and destroyed. */
  private Answer create(Call call) {
    CertificateAuthorityDraft draft =
        CertificateAuthorityDraft.read(call.document(), call.principal().tenant());
    call.subject(draft.name());
    Optional<Answer> before = writing.store().read(tx -> writing.repeated().find(tx, call));
    if (before.isPresent()) {
      writing.audit().allowed(call);
      return before.get();
    }
    CertificateAuthority ahead = writing.store().change(tx -> begin(tx, call, draft));
    try {
      AuthorityKeys.Made made = keys.make(ahead, ahead.stamp().createdAt());
      return writing.commit(
          call,
          tx -> {
            if (!tx.authorities()
                .activate(ahead.id(), made.certificate(), made.notBefore(), made.notAfter())) {
              throw new ProblemException(ErrorCode.OVERLOADED, "it took too long; try again");
            }
            return answer(201, tx.authorities().find(ahead.id()).orElseThrow());
          });
    } catch (RuntimeException e) {
      end(ahead, e);
      throw e;
    }
  }

  /**
   * Ends what could not be made, and destroys its key at once: a job that took it for abandoned may
   * have been here before the key was.
   */
  private void end(CertificateAuthority ahead, RuntimeException why) {
    boolean left = writing.store().note(tx -> tx.authorities().end(ahead.id(), tx.now()));
    try {
      keys.destroy(ahead);
    } catch (HsmException e) {
      why.addSuppressed(e);
      if (!left) {
        LOG.log(
            Level.WARNING,
            "the key {0} in the HSM belongs to no authority and could not be destroyed: {1}",
            ahead.keyLabel(),
            e.getMessage());
      }
    }
  }

  private static CertificateAuthority begin(
      Transaction tx, Call call, CertificateAuthorityDraft draft) {
    if (!SecretAccess.references(tx, call.principal()).contains(draft.owner())) {
      throw new InvalidDocumentException(
          List.of(new FieldError("owner", "must be yourself, or group:NAME of one you are in")));
    }
    if (tx.authorities().isTaken(draft.tenant(), draft.name())) {
      throw conflict("the name " + draft.name() + " is taken; choose another one");
    }
    if (tx.authorities().count(draft.tenant()) >= AUTHORITIES_MAX) {
      throw conflict("a tenant has at most " + AUTHORITIES_MAX + " authorities");
    }
    CertificateAuthority ahead =
        new CertificateAuthority(
            UUID.randomUUID(),
            draft,
            CertificateAuthority.State.PENDING,
            null,
            null,
            null,
            Stamp.created(tx.now(), call.principal().id()));
    tx.authorities().insert(ahead, tx.now().plus(CertificateIssuer.PENDING_MAX));
    return ahead;
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<CertificateAuthority> found =
        changing.read(
            call, tx -> CertificateAccess.page(tx, call.principal(), call.after(), limit + 1));
    return Answer.json(
        200,
        Documents.page(found, limit, CertificateAnswers::document, CertificateAuthority::name));
  }

  private Answer show(Call call) {
    return answer(200, changing.read(call, tx -> visible(tx, call)));
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          CertificateAuthority authority = permitted(tx, call);
          call.requireMatch(authority.stamp().revision());
          if (tx.certificateRoles().count(authority.id()) > 0) {
            throw conflict("it has roles; remove them first");
          }
          if (tx.certificates().countLive(authority.id(), tx.now()) > 0) {
            throw conflict(
                "it has certificates that have not expired, and its revocation list is needed by"
                    + " who sees them; wait until they have");
          }
          tx.authorities().end(authority.id(), tx.now());
          return Answer.empty();
        });
  }

  private static Answer answer(int status, CertificateAuthority authority) {
    return Answer.object(
        status, authority.stamp().revision(), CertificateAnswers.document(authority));
  }

  /**
   * The authority that the path names.
   *
   * @throws ProblemException {@code not_found} when there is none that the caller may know of
   */
  static CertificateAuthority visible(Transaction tx, Call call) {
    call.subject(call.path("authority"));
    return CertificateAccess.visible(tx, call.principal(), call.path("authority"))
        .orElseThrow(() -> EngineAccess.notFound("authority"));
  }

  /** The same, when the role by which the caller knows of it is one that may do this. */
  static CertificateAuthority permitted(Transaction tx, Call call) {
    CertificateAuthority authority = visible(tx, call);
    Principal acting = Permissions.acting(call.principal(), call.action());
    if (CertificateAccess.visible(tx, acting, authority.name()).isEmpty()) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "your roles may not do "
              + call.action().wireName()
              + " with this authority; its owner may");
    }
    return authority;
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(ErrorCode.CONFLICT, detail);
  }
}
