package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.POLICY_EXPLAIN;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_REVIEW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.AccessQuestion;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.SimulationRequest;
import dev.cofre.controlplane.server.policy.AccessCheck;
import dev.cofre.controlplane.server.policy.AccessReport;
import dev.cofre.controlplane.server.policy.PolicyBook;
import dev.cofre.controlplane.server.policy.PolicyLint;
import dev.cofre.controlplane.server.policy.PolicyTests;
import dev.cofre.controlplane.server.policy.UnusedGrants;
import dev.cofre.controlplane.server.store.PolicyWire;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The routes under /v1/policies that say who may do what, and why. Thread-safe. */
final class AccessOperations {
  private static final int POLICIES_AT_ONCE = 500;

  /** How many grants on secrets are looked at. */
  private static final int GRANTS_MAX = 20_000;

  private final Changing changing;
  private final PolicyHistory history;

  AccessOperations(Changing changing, PolicyHistory history) {
    this.changing = changing;
    this.history = history;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/policies/explain", POLICY_EXPLAIN, this::explain),
        Route.withDocument(POST, "/v1/policies/simulate", POLICY_EXPLAIN, this::simulate),
        new Route(GET, "/v1/policies/who-can", POLICY_EXPLAIN, this::whoCan),
        new Route(GET, "/v1/policies/review", POLICY_REVIEW, this::review),
        new Route(GET, "/v1/policies/lint", POLICY_REVIEW, this::lint));
  }

  private Answer explain(Call call) {
    AccessQuestion question = AccessQuestion.read(call.document());
    return changing.read(
        call,
        tx ->
            Answer.json(200, AccessDocuments.explanation(check(tx, call).explain(question), true)));
  }

  private Answer simulate(Call call) {
    SimulationRequest request = SimulationRequest.read(call.document());
    if (request.history().isEmpty()) {
      return Answer.json(200, changing.read(call, tx -> simulate(tx, call, request)).answer());
    }
    history.require(call);
    call.subject("history of " + request.history().get().days() + " days");
    return history.alone(() -> replay(call, request, request.history().get()));
  }

  private Answer replay(Call call, SimulationRequest request, SimulationRequest.History asked) {
    Simulated simulated = changing.read(call, tx -> simulate(tx, call, request));
    return Answer.json(
        200,
        simulated
            .answer()
            .put(
                "history",
                history.replay(
                    asked,
                    simulated.now(),
                    simulated.proposed(),
                    simulated.kept(),
                    call.facts().isGone())));
  }

  /**
   * What was asked, answered, and by what.
   *
   * @param kept names of policies in force that no draft takes the place of
   */
  private record Simulated(
      JsonObject answer, AccessCheck now, AccessCheck proposed, List<String> kept) {}

  private static Simulated simulate(Transaction tx, Call call, SimulationRequest request) {
    AccessCheck now = check(tx, call);
    AccessCheck check = now;
    List<Policy> drafts = new ArrayList<>();
    Set<String> names = new HashSet<>();
    String tenant = call.principal().tenant();
    for (PolicyDocument document : request.drafts()) {
      Policy draft = draft(tx, call, document, request.drafts().size() > 1);
      Optional<Policy> before = tx.policies().find(tenant, draft.name());
      Policy inPlace =
          before.map(policy -> policy.saying(draft.document(), policy.stamp())).orElse(draft);
      // One that says what is in force is left as it is: its statements are the very same then.
      if (before.map(PolicyWire::of).filter(PolicyWire.of(inPlace)::equals).isEmpty()) {
        check = check.with(inPlace);
      }
      drafts.add(inPlace);
      names.add(draft.name());
    }
    JsonArray failures = new JsonArray();
    for (Policy draft : drafts) {
      for (FieldError failure : PolicyTests.failures(check, draft)) {
        failures.add(
            new JsonObject()
                .put("policy", draft.name())
                .put("field", failure.field())
                .put("message", failure.message()));
      }
    }
    JsonArray answers = new JsonArray();
    for (AccessQuestion question : request.questions()) {
      answers.add(AccessDocuments.explanation(check.explain(question), false));
    }
    return new Simulated(
        new JsonObject().put("answers", answers).put("failedTests", failures),
        now,
        check,
        request.history().isEmpty() ? List.of() : kept(tx, tenant, names));
  }

  /** The names of the policies of {@code tenant} but those in {@code drafts}. */
  private static List<String> kept(Transaction tx, String tenant, Set<String> drafts) {
    List<String> kept = new ArrayList<>();
    String after = "";
    List<Policy> page;
    do {
      page = tx.policies().page(tenant, after, POLICIES_AT_ONCE);
      page.stream().map(Policy::name).filter(name -> !drafts.contains(name)).forEach(kept::add);
      after = page.isEmpty() ? "" : page.getLast().name();
    } while (page.size() == POLICIES_AT_ONCE);
    return kept;
  }

  /** Of several drafts, what is wrong is told with the name of the one that it is in. */
  private static Policy draft(
      Transaction tx, Call call, PolicyDocument document, boolean isOneOfSeveral) {
    try {
      return PolicyBook.draft(tx, document, call.principal().tenant(), call.principal().id());
    } catch (InvalidDocumentException e) {
      if (!isOneOfSeveral) {
        throw e;
      }
      throw new InvalidDocumentException(
          e.errors().stream()
              .map(
                  error ->
                      new FieldError(
                          "policies." + document.name() + "." + error.field(), error.message()))
              .toList());
    }
  }

  private Answer whoCan(Call call) {
    String action = call.facts().query().get("action");
    if (action == null || !KeyUse.wireNames().contains(action)) {
      throw invalid("action must be one of " + String.join(", ", KeyUse.wireNames()));
    }
    String name = call.facts().query().get("key");
    if (name == null) {
      throw invalid("key must be a key's alias or id");
    }
    Instant at = time(call.facts().query().get("at"));
    return changing.read(
        call,
        tx -> {
          String tenant = call.principal().tenant();
          AccessCheck check =
              at == null ? check(tx, call) : AccessCheck.of(tx.liveAt(at), tenant, at);
          KeyMetadata key = check.key(name).orElseThrow(KeyOperations::notFound);
          call.subject(key.id().toString());
          return Answer.json(
              200,
              AccessDocuments.rows(new AccessReport(check).whoCan(KeyUse.of(action), key))
                  .putNull("next"));
        });
  }

  private Answer review(Call call) {
    int limit = call.limit();
    return changing.read(
        call,
        tx -> {
          AccessCheck check = check(tx, call);
          AccessReport report = new AccessReport(check);
          List<Principal> page =
              tx.principals().page(call.principal().tenant(), call.after(), limit + 1);
          List<AccessReport.Row> rows =
              page.stream()
                  .limit(limit)
                  .map(principal -> check.state().principal(principal.id()))
                  .filter(PrincipalMetadata.class::isInstance)
                  .flatMap(principal -> report.reviewOf(principal).stream())
                  .toList();
          return Answer.json(
              200,
              AccessDocuments.rows(rows)
                  .put("next", page.size() > limit ? page.get(limit - 1).id() : null));
        });
  }

  private Answer lint(Call call) {
    int days = days(call.facts().query().get("unusedDays"));
    return changing.read(
        call,
        tx -> {
          AccessCheck check = check(tx, call);
          PolicyLint lint = new PolicyLint(check, UnusedGrants.read(tx, check, days));
          String after = "";
          List<Policy> page;
          do {
            page = tx.policies().page(call.principal().tenant(), after, POLICIES_AT_ONCE);
            page.forEach(lint::add);
            after = page.isEmpty() ? "" : page.getLast().name();
          } while (page.size() == POLICIES_AT_ONCE && !lint.isFull());
          tx.secretGrants().all(call.principal().tenant(), GRANTS_MAX).forEach(lint::add);
          return Answer.json(200, AccessDocuments.findings(lint.findings()).putNull("next"));
        });
  }

  private static int days(String text) {
    if (text == null) {
      return UnusedGrants.DAYS;
    }
    if (!text.matches("[1-9][0-9]{0,3}")) {
      throw invalid("unusedDays must be a whole number from 1 to 9999");
    }
    return Integer.parseInt(text);
  }

  private static AccessCheck check(Transaction tx, Call call) {
    return AccessCheck.of(tx.live(), call.principal().tenant(), tx.now());
  }

  private static Instant time(String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw invalid("at must be an RFC 3339 time in UTC, as 2027-01-31T00:00:00Z");
    }
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, detail);
  }
}
