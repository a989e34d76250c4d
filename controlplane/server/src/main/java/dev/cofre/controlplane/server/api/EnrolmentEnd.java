package dev.cofre.controlplane.server.api;

import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.controlplane.domain.Enrolment;
import dev.cofre.controlplane.domain.EnrolmentClaim;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.identity.Caller;
import dev.cofre.controlplane.server.policy.PrincipalBook;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.engine.identity.Callers;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * Trades a one-time code for a credential: the machine's own token, of which it sends the digest.
 * Thread-safe; on a worker thread.
 */
final class EnrolmentEnd {
  static final String PATH = "/v1/enrol";

  private final Store store;
  private final ManagementAudit audit;

  EnrolmentEnd(Store store, ManagementAudit audit) {
    this.store = store;
    this.audit = audit;
  }

  Answer run(RequestFacts facts, MultiMap form) {
    EnrolmentClaim claim = EnrolmentClaim.read(StrictJson.object(facts.body()));
    byte[] digest = SnapshotDigest.sha256(claim.code());
    Optional<Enrolment> place = store.read(tx -> tx.enrolments().findByCode(digest));
    if (place.filter(found -> found.usedAt().isPresent()).isPresent()) {
      audit.usedAgain(facts, ManagementAction.ENROLMENT_USE, subject(place.get()));
      throw Callers.unauthenticated();
    }
    return place
        .flatMap(found -> store.change(tx -> use(tx, facts, found, claim.tokenDigest())))
        .orElseThrow(Callers::unauthenticated);
  }

  private Optional<Answer> use(
      dev.cofre.controlplane.server.store.Transaction tx,
      RequestFacts facts,
      Enrolment place,
      byte[] tokenDigest) {
    Optional<Principal> principal = tx.principals().find(place.principal());
    if (principal.isEmpty() || !tx.enrolments().use(place.id())) {
      return Optional.empty();
    }
    PrincipalBook.replaceToken(tx, principal.get(), tokenDigest, principal.get().id());
    audit.proven(
        facts,
        ManagementAction.ENROLMENT_USE,
        new Caller(principal.get(), "enrolment"),
        subject(place));
    return Optional.of(
        Answer.json(
            200,
            new JsonObject()
                .put("principal", principal.get().id())
                .put("tenant", principal.get().tenant())));
  }

  private static String subject(Enrolment place) {
    return place.principal() + " " + place.id();
  }
}
