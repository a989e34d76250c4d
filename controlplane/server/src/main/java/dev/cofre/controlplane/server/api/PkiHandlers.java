package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.x509.RevocationLists;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

/**
 * What everybody may fetch who verifies certificates: lists of revoked ones, and authorities' own
 * certificates, by the authority's id. Nothing of it is management, none is audited. Thread-safe.
 *
 * <p>A list that was looked at within a second is answered at once; of all others a few at a time
 * wait for the store and the HSM, and the rest is refused; so it is with certificates.
 */
final class PkiHandlers {
  static final String CRL = "/pki/{authority}/crl";
  static final String CERTIFICATE = "/pki/{authority}/certificate";
  private static final int AT_ONCE = 4;

  private final Store store;
  private final RevocationLists lists;
  private final Workers workers;
  private final Semaphore forLists = new Semaphore(AT_ONCE);

  /** Of their own: lists wait for the HSM, these do not. */
  private final Semaphore forCertificates = new Semaphore(AT_ONCE);

  PkiHandlers(Store store, RevocationLists lists, Workers workers) {
    this.store = store;
    this.lists = lists;
    this.workers = workers;
  }

  void crl(RoutingContext context) {
    UUID authority = id(context);
    if (authority == null) {
      return;
    }
    try {
      Optional<byte[]> known = lists.cached(authority);
      if (known.isPresent()) {
        answer(context, crl(known.get()));
      } else {
        run(context, forLists, () -> crl(lists.current(authority)));
      }
    } catch (RuntimeException e) {
      Exchange.fail(context.response(), e);
    }
  }

  private static Answer crl(byte[] list) {
    return new Answer(200, null, "application/pkix-crl", list);
  }

  void certificate(RoutingContext context) {
    UUID authority = id(context);
    if (authority != null) {
      run(
          context,
          forCertificates,
          () ->
              new Answer(
                  200,
                  null,
                  "application/pkix-cert",
                  store
                      .read(tx -> tx.authorities().find(authority))
                      .filter(found -> found.state() == CertificateAuthority.State.ACTIVE)
                      .map(CertificateAuthority::certificate)
                      .orElseThrow(PkiHandlers::notFound)));
    }
  }

  private void run(RoutingContext context, Semaphore places, Callable<Answer> work) {
    if (!places.tryAcquire()) {
      Exchange.fail(
          context.response(),
          new ProblemException(ErrorCode.OVERLOADED, "too many ask for this; try again"));
      return;
    }
    workers
        .run(context.vertx().getOrCreateContext(), work)
        .onComplete(done -> places.release())
        .onSuccess(answer -> answer(context, answer))
        .onFailure(failure -> Exchange.fail(context.response(), failure));
  }

  private static void answer(RoutingContext context, Answer answer) {
    context.response().putHeader("Cache-Control", "public, max-age=1");
    Exchange.answer(context.response(), answer);
  }

  /** The id in the path; null when there is none, which was answered. */
  private static UUID id(RoutingContext context) {
    String text = context.pathParam("authority");
    UUID id = CanonicalUuid.find(text).orElse(null);
    if (id == null) {
      Exchange.fail(context.response(), notFound());
    }
    return id;
  }

  private static ProblemException notFound() {
    return new ProblemException(ErrorCode.NOT_FOUND, "there is no such authority");
  }
}
