package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.server.identity.Authenticator;
import dev.cofre.controlplane.server.identity.Caller;
import dev.cofre.controlplane.server.identity.Credentials;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.engine.identity.FailedAttempts;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Admits a request or refuses it: who, then whether their role may, then whether they could even
 * know of it. Thread-safe; on a worker thread.
 */
final class Gatekeeper {
  private final Authenticator authenticator;
  private final Store store;
  private final ManagementAudit audit;
  private final FailedAttempts failures;
  private final Optional<String> trustDomain;
  private final KnownCallers known = new KnownCallers();

  Gatekeeper(
      Authenticator authenticator,
      Store store,
      ManagementAudit audit,
      FailedAttempts failures,
      Optional<String> trustDomain) {
    this.trustDomain = trustDomain;
    this.authenticator = authenticator;
    this.store = store;
    this.audit = audit;
    this.failures = failures;
  }

  /** What {@code request} brings to prove who sends it. */
  Credentials credentials(HttpServerRequest request) {
    return Exchange.credentials(request, trustDomain);
  }

  /**
   * Whether a request is turned away: its address is at the limit and its sender is not known. For
   * the event loop too.
   */
  boolean turnsAway(String address, Credentials credentials) {
    return failures.waitSeconds(address) > 0 && !known.contains(credentials);
  }

  /**
   * Completes with {@code too_many_attempts} when it is on the log that a request was turned away,
   * or with {@code audit_unavailable}. Never blocks.
   */
  CompletableFuture<ProblemException> turnAway(String requestId, String address) {
    return audit.turnedAway(requestId, address).thenApply(written -> turnedAway(address));
  }

  private ProblemException turnedAway(String address) {
    return FailedAttempts.problem(failures.waitSeconds(address));
  }

  /** Does the caller's work. */
  @FunctionalInterface
  interface Work<T> {
    T run(Call call);
  }

  /**
   * Runs {@code work} for whoever sent {@code credentials} when they may do {@code action}; writes
   * the audit record of every refusal and failure; those without a valid token are counted.
   */
  <T> T run(RequestFacts facts, Credentials credentials, ManagementAction action, Work<T> work) {
    // Again, for what waited for this thread meanwhile.
    if (turnsAway(facts.address(), credentials)) {
      throw recordedTurnedAway(facts);
    }
    Call call = null;
    try {
      Caller caller = authenticate(credentials);
      known.add(credentials);
      call = new Call(facts, caller, action);
      authorize(call);
      return work.run(call);
    } catch (RepeatedAnswer e) {
      audit.allowed(call);
      throw e;
    } catch (RuntimeException e) {
      ErrorCode code = Problems.code(e);
      if (code == ErrorCode.UNAUTHENTICATED && failures.failed(facts.address())) {
        throw recordedTurnedAway(facts);
      }
      Caller caller = call == null ? null : call.caller();
      String subject =
          call == null
              ? facts.pathParameters().values().stream().findFirst().orElse(null)
              : call.subject();
      audit.refused(facts, action.wireName(), caller, subject, code);
      throw e;
    }
  }

  private ProblemException recordedTurnedAway(RequestFacts facts) {
    ManagementAudit.await(audit.turnedAway(facts.requestId(), facts.address()));
    return turnedAway(facts.address());
  }

  /**
   * Runs {@code work} for somebody who comes to prove who they are by what the request holds, and
   * who writes the record of their success; failures are recorded, counted and slowed.
   */
  Answer prove(RequestFacts facts, ManagementAction action, Supplier<Answer> work) {
    if (failures.waitSeconds(facts.address()) > 0) {
      throw recordedTurnedAway(facts);
    }
    try {
      return work.get();
    } catch (RuntimeException e) {
      ErrorCode code = Problems.code(e);
      if (code == ErrorCode.UNAUTHENTICATED && failures.failed(facts.address())) {
        throw recordedTurnedAway(facts);
      }
      audit.refused(facts, action.wireName(), null, null, code);
      throw e;
    }
  }

  /**
   * Who sent {@code credentials}.
   *
   * @throws ProblemException {@code unauthenticated}, the same for every reason
   */
  Caller authenticate(Credentials credentials) {
    return authenticator
        .authenticate(credentials)
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.UNAUTHENTICATED,
                    "send a valid token in the header Authorization: Bearer <token>"));
  }

  /** What a caller may not even see is as if absent. */
  private static void hide(Call call, String kind, ManagementAction showing) {
    if (call.path(kind) != null && !Permissions.allow(call.principal(), showing)) {
      throw new ProblemException(
          ErrorCode.NOT_FOUND, "there is no such " + kind + ", or you may not see it");
    }
  }

  private void authorize(Call call) {
    if (Permissions.allow(call.principal(), call.action())) {
      return;
    }
    if (call.path("key") != null) {
      store.read(tx -> KeyOperations.visible(tx, call));
    }
    if (call.path("secret") != null) {
      store.read(tx -> SecretOperations.visible(tx, call));
    }
    if (call.path("secretgroup") != null) {
      store.read(tx -> SecretGroupOperations.visible(tx, call));
    }
    if (call.path("engine") != null) {
      store.read(tx -> SecretEngineOperations.visible(tx, call));
    }
    if (call.path("lease") != null) {
      store.read(tx -> LeaseEndOperations.visible(tx, call));
    }
    if (call.path("authority") != null) {
      store.read(tx -> CertificateAuthorityOperations.visible(tx, call));
    }
    if (call.path("certificate") != null) {
      store.read(tx -> CertificateEndOperations.visible(tx, call));
    }
    hide(call, "policy", ManagementAction.POLICY_SHOW);
    hide(call, "principal", ManagementAction.PRINCIPAL_SHOW);
    hide(call, "import", ManagementAction.IMPORT_SHOW);
    hide(call, "export", ManagementAction.SECRET_EXPORT_SHOW);
    hide(call, "hold", ManagementAction.AUDIT_HOLD_SHOW);
    hide(call, "incident", ManagementAction.INCIDENT_SHOW);
    hide(call, "group", ManagementAction.GROUP_SHOW);
    hide(call, "provider", ManagementAction.IDENTITY_PROVIDER_SHOW);
    throw new ProblemException(
        ErrorCode.FORBIDDEN,
        "your role may not do "
            + call.action().wireName()
            + "; use a principal whose role may (docs/PROTOCOL.md lists them)");
  }
}
