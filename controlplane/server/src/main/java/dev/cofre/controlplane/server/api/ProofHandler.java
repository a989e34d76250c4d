package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.ManagementAction;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;

/**
 * Runs, on a worker thread, what a caller asks for who proves by the request's body who they are.
 */
final class ProofHandler implements Handler<RoutingContext> {
  private final ManagementAction action;
  private final Gatekeeper gatekeeper;
  private final Workers workers;
  private final Proof proof;

  /** What is done with the request. */
  @FunctionalInterface
  interface Proof {
    /**
     * Does it; the audit record of its success is written within.
     *
     * @param form the fields of a form; empty when the body is none
     * @throws dev.cofre.contract.problem.ProblemException {@code unauthenticated}, the same for
     *     every reason, when nothing is proven
     */
    Answer run(RequestFacts facts, MultiMap form);
  }

  ProofHandler(ManagementAction action, Gatekeeper gatekeeper, Workers workers, Proof proof) {
    this.action = action;
    this.gatekeeper = gatekeeper;
    this.workers = workers;
    this.proof = proof;
  }

  @Override
  public void handle(RoutingContext context) {
    RequestFacts facts = Exchange.facts(context);
    MultiMap form = MultiMap.caseInsensitiveMultiMap();
    form.addAll(context.request().formAttributes());
    workers
        .run(
            context.vertx().getOrCreateContext(),
            () -> gatekeeper.prove(facts, action, () -> proof.run(facts, form)))
        .onSuccess(answer -> Exchange.answer(context.response(), answer))
        .onFailure(failure -> Exchange.fail(context.response(), failure));
  }
}
