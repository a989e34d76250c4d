package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.LEASE_ISSUE;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_RENEW;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.LeaseDraft;
import dev.cofre.controlplane.server.lease.LeaseIssuer;
import dev.cofre.controlplane.server.lease.LeaseIssuer.Prepared;
import dev.cofre.controlplane.server.lease.Leasing;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The routes by which workloads get credentials and keep them for longer. Thread-safe. */
final class LeaseOperations {
  private final SecretWriting writing;
  private final Leasing leasing;

  LeaseOperations(SecretWriting writing, Leasing leasing) {
    this.writing = writing;
    this.leasing = leasing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/leases", LEASE_ISSUE, this::issue),
        Route.withDocument(POST, LeaseEndOperations.PATH + "/renew", LEASE_RENEW, this::renew));
  }

  private Answer issue(Call call) {
    LeaseDraft draft = LeaseDraft.issue(call.document());
    call.subject(DynamicRole.grantName(draft.engine(), draft.role()));
    LeaseIssuer issuer = leasing.issuer();
    issuer.requireRoom();
    return leasing
        .calls()
        .run(call.principal().tenant(), draft.engine(), () -> issue(call, draft, issuer));
  }

  private Answer issue(Call call, LeaseDraft draft, LeaseIssuer issuer) {
    Prepared prepared = writing.store().change(tx -> begin(tx, call, draft));
    char[] password;
    try {
      password = issuer.make(prepared);
    } catch (RuntimeException e) {
      forget(call);
      throw e;
    }
    try {
      JsonObject issued = writing.store().change(tx -> end(tx, call, prepared.lease()));
      return Answer.secret(LeaseAnswers.issued(issued, password));
    } catch (RuntimeException e) {
      issuer.giveUp(prepared.lease().id(), Duration.ZERO);
      forget(call);
      throw e;
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  /** A password is kept nowhere, so a repetition cannot be answered with the first answer. */
  private Prepared begin(Transaction tx, Call call, LeaseDraft draft) {
    writing
        .repeated()
        .find(tx, call)
        .ifPresent(
            before -> {
              String id = new JsonObject(Buffer.buffer(before.body())).getString("id");
              throw new ProblemException(
                  ErrorCode.CONFLICT,
                  "the first request with this Idempotency-Key made the lease "
                      + id
                      + ", whose password is kept nowhere: revoke it and take a fresh key");
            });
    writing.repeated().begin(tx, call);
    return leasing.issuer().begin(tx, call.principal(), draft);
  }

  private JsonObject end(Transaction tx, Call call, Lease lease) {
    if (!tx.leases().activate(lease.id())) {
      throw LeaseIssuer.ended();
    }
    JsonObject issued = LeaseAnswers.lease(tx.leases().find(lease.id()).orElseThrow());
    writing.repeated().end(tx, call, Answer.json(200, issued));
    call.subject(call.subject() + " " + lease.id() + " " + lease.userName());
    writing.audit().allowed(call);
    return issued;
  }

  private void forget(Call call) {
    writing
        .store()
        .note(
            tx -> {
              writing.repeated().forget(tx, call);
              return null;
            });
  }

  /** What a renewal is about. */
  private record Renewal(Lease lease, String engine, Instant end) {}

  /**
   * The system first, so that what the store says works. Cut off in between, the system takes the
   * credential until the later end, and the worker removes it after the earlier one: until then it
   * lets who has it log in, like any other that the worker has not come to.
   */
  private Answer renew(Call call) {
    Renewal renewal = writing.store().read(tx -> renewal(tx, call));
    Lease lease = renewal.lease;
    prolong(renewal, renewal.end);
    Answer answer =
        writing
            .store()
            .change(
                tx -> {
                  if (!tx.leases().extend(lease.id(), renewal.end, tx.now())) {
                    throw LeaseIssuer.ended();
                  }
                  writing.audit().allowed(call);
                  return Answer.json(
                      200, LeaseAnswers.lease(tx.leases().find(lease.id()).orElseThrow()));
                });
    // Of two renewals at once the longer one counts, and the system was told this one's end last.
    Instant counts =
        writing.store().read(tx -> tx.leases().find(lease.id()).orElseThrow().expiresAt());
    if (counts.isAfter(renewal.end)) {
      prolong(renewal, counts);
    }
    return answer;
  }

  private Renewal renewal(Transaction tx, Call call) {
    Lease lease = LeaseEndOperations.permitted(tx, call);
    boolean said = call.facts().body().length > 0;
    Duration ttl = LeaseDraft.renewal(said ? call.document() : Map.of());
    leasing.issuer().requireGranted(tx, call.principal(), lease);
    if (ttl == null) {
      ttl = tx.dynamicRoles().find(lease.engine(), lease.role()).orElseThrow().draft().defaultTtl();
    }
    return new Renewal(
        lease,
        tx.engines().find(lease.engine()).orElseThrow().name(),
        LeaseIssuer.renewed(lease, ttl, tx.now()));
  }

  private void prolong(Renewal renewal, Instant end) {
    Lease lease = renewal.lease;
    leasing.calls().run(lease.tenant(), renewal.engine, () -> leasing.issuer().renew(lease, end));
  }
}
