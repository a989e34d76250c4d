package dev.cofre.controlplane.server.api;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.server.identity.Caller;
import dev.cofre.engine.audit.AuditLog;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Writes one record for each act of management. Thread-safe; waits for the log, so it is not called
 * on an event loop.
 *
 * <p>Order: the record of an allowed change is in the log before the change is committed, and of
 * everything before its answer leaves. So nothing acknowledged, and nothing that took effect, is
 * missing from the log; a kill between record and commit leaves a record of something that did not
 * happen, and a commit that fails is followed by a second record that says so.
 */
final class ManagementAudit {
  private static final Set<ErrorCode> DENIALS =
      Set.of(
          ErrorCode.UNAUTHENTICATED,
          ErrorCode.TOO_MANY_ATTEMPTS,
          ErrorCode.FORBIDDEN,
          ErrorCode.KEY_NOT_FOUND,
          ErrorCode.NOT_FOUND);
  private static final int SUBJECT_MAX = 256;

  private final AuditLog log;
  private final String node;
  private final Clock clock;
  private final Refusals refusals = new Refusals();

  ManagementAudit(AuditLog log, String node, Clock clock) {
    this.log = log;
    this.node = node;
    this.clock = clock;
  }

  /** It is allowed and is about to happen. */
  void allowed(Call call) {
    await(
        log.append(
            event(call.facts(), call.action().wireName(), call.caller(), call.subject()).build()));
  }

  /** What was signed for {@code call} and does not leave is about to be revoked. */
  void gaveUp(Call call, String certificate) {
    await(
        log.append(
            event(
                    call.facts(),
                    ManagementAction.CERTIFICATE_REVOKE.wireName(),
                    call.caller(),
                    certificate)
                .phase("abandoned")
                .build()));
  }

  /** The value of the version {@code number} of the secret {@code name} is about to be answered. */
  void secretRead(Call call, String name, int number) {
    await(
        log.append(
            event(call.facts(), call.action().wireName(), call.caller(), name)
                .used(number, null)
                .build()));
  }

  /** What is in the group of secrets {@code reference} is about to be read. */
  void groupShown(Call call, String reference) {
    await(
        log.append(
            event(
                    call.facts(),
                    ManagementAction.SECRET_GROUP_SHOW.wireName(),
                    call.caller(),
                    reference)
                .build()));
  }

  /** Somebody proves who they are, and gets a credential for it. */
  void proven(RequestFacts facts, ManagementAction action, Caller caller, String subject) {
    await(log.append(event(facts, action.wireName(), caller, subject).build()));
  }

  /** Somebody tries what was done once already and may not be done again. */
  void usedAgain(RequestFacts facts, ManagementAction action, String subject) {
    await(
        log.append(
            event(facts, action.wireName(), null, subject)
                .denied(ErrorCode.UNAUTHENTICATED.code())
                .build()));
  }

  /** A step in the life of {@code request}, by {@code call}, is about to happen. */
  void approval(Call call, ManagementAction action, ApprovalRequest request) {
    await(
        log.append(
            event(call.facts(), action.wireName(), call.caller(), subject(request)).build()));
  }

  /** The same by the control plane itself; {@code failure} is null when it goes well. */
  void approval(
      RequestFacts facts, ManagementAction action, ApprovalRequest request, ErrorCode failure) {
    AuditEvent.Builder event =
        AuditEvent.of(now(), node, facts.requestId(), action.wireName())
            .caller(request.requester(), "approval", null)
            .key(subject(request));
    if (failure != null) {
      event.failed(failure.code());
    }
    await(log.append(event.build()));
  }

  /** Which request it is, and what exactly it asks for. */
  private static String subject(ApprovalRequest request) {
    return request.id() + " sha256:" + request.digestHex();
  }

  /** It was refused or went wrong. */
  void refused(RequestFacts facts, String action, Caller caller, String subject, ErrorCode code) {
    AuditEvent.Builder builder = event(facts, action, caller, subject);
    AuditEvent event =
        (DENIALS.contains(code) ? builder.denied(code.code()) : builder.failed(code.code()))
            .build();
    if (caller != null && DENIALS.contains(code)) {
      refusals.count(caller.principal().id(), code, now());
    }
    await(caller == null ? log.countUnauthenticated(event) : log.append(event));
  }

  /**
   * A request was turned away before anybody looked whose it is. Never blocks; the answer may leave
   * when the future completes.
   */
  CompletableFuture<Void> turnedAway(String requestId, String address) {
    return log.countUnauthenticated(
        AuditEvent.of(now(), node, requestId, "unauthenticated")
            .caller(null, "none", address)
            .denied(ErrorCode.TOO_MANY_ATTEMPTS.code())
            .build());
  }

  private AuditEvent.Builder event(
      RequestFacts facts, String action, Caller caller, String subject) {
    AuditEvent.Builder event = AuditEvent.of(now(), node, facts.requestId(), action);
    if (caller == null) {
      event.caller(null, "none", facts.address());
    } else {
      event.caller(caller.principal().id(), caller.authentication(), facts.address());
    }
    return event.key(
        subject == null || subject.length() <= SUBJECT_MAX
            ? subject
            : subject.substring(0, SUBJECT_MAX));
  }

  /** How often whom was denied what. */
  Refusals refusals() {
    return refusals;
  }

  /** The time, in milliseconds. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** Waits until a record is in the log; not for an event loop. */
  static void await(CompletableFuture<Void> written) {
    try {
      written.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ProblemException problem) {
        throw problem;
      }
      throw e;
    }
  }
}
