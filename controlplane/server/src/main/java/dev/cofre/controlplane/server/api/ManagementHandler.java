package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.identity.Credentials;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Runs one route's operation on a worker thread and answers. */
final class ManagementHandler implements Handler<RoutingContext> {
  /** What brings a secret in its body. */
  private static final Set<ManagementAction> SECRETS =
      EnumSet.of(
          ManagementAction.SECRET_CREATE,
          ManagementAction.SECRET_WRITE,
          ManagementAction.SECRET_ENGINE_CREATE);

  private final Route route;
  private final Gatekeeper gatekeeper;
  private final Workers workers;
  private final Approvals approvals;
  private final EnforcedAnswers enforced;
  private final BooleanSupplier isStopping;

  ManagementHandler(
      Route route,
      Gatekeeper gatekeeper,
      Workers workers,
      Approvals approvals,
      EnforcedAnswers enforced,
      BooleanSupplier isStopping) {
    this.route = route;
    this.gatekeeper = gatekeeper;
    this.workers = workers;
    this.approvals = approvals;
    this.enforced = enforced;
    this.isStopping = isStopping;
  }

  @Override
  public void handle(RoutingContext context) {
    RequestFacts facts = Exchange.facts(context, isStopping);
    Context loop = context.vertx().getOrCreateContext();
    Credentials credentials = gatekeeper.credentials(context.request());
    workers
        .run(loop, () -> run(facts, credentials))
        .compose(answer -> enforced.complete(loop, route, facts, answer))
        .onSuccess(answer -> Exchange.answer(context.response(), answer))
        .onFailure(failure -> Exchange.fail(context.response(), failure))
        .onComplete(
            done -> {
              if (SECRETS.contains(route.action())) {
                Exchange.forget(context, facts);
              }
            });
  }

  private Answer run(RequestFacts facts, Credentials credentials) {
    try {
      return gatekeeper.run(facts, credentials, route.action(), this::operate);
    } catch (RepeatedAnswer e) {
      return e.answer();
    }
  }

  private Answer operate(Call call) {
    requireJson(call.facts());
    EnforcedAnswers.check(route, call.facts());
    return approvals.run(route.operation(), call);
  }

  private void requireJson(RequestFacts facts) {
    String type = facts.headers().get("Content-Type");
    if (facts.body().length == 0 && type == null) {
      return;
    }
    String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!bare.equals(Answer.JSON)) {
      throw new ProblemException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE, "send the body as Content-Type: application/json");
    }
    if (!route.takesDocument()
        && facts.body().length > 0
        && !StrictJson.object(facts.body()).isEmpty()) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "this request takes no fields; leave the body away");
    }
  }
}
