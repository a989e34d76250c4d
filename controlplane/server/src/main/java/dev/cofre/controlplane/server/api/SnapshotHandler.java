package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.identity.Credentials;
import dev.cofre.controlplane.server.snapshot.HeldRequests;
import dev.cofre.controlplane.server.snapshot.SnapshotPublisher;
import dev.cofre.controlplane.server.snapshot.StatementRequest;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * GET /v1/snapshots/statement: the signed changes since the node's revision, at once when there are
 * any, else when there are or the wait is over. That the node asked, and what is in force on it, is
 * written down first.
 *
 * <p>A held request costs no thread. The audit log gets one record when a node comes for the first
 * time since this process began, and one for each refusal: nodes ask all the time.
 */
final class SnapshotHandler implements Handler<RoutingContext> {
  static final String PATH = "/v1/snapshots/statement";
  static final String CONTENT_TYPE = "application/x-protobuf";
  private static final long WAIT_MS_MAX = 25_000;
  private static final int NONCE_LENGTH_MIN = 16;
  private static final int NONCE_LENGTH_MAX = 64;
  private static final int DIGEST_LENGTH = 32;

  private final SnapshotPublisher publisher;
  private final HeldRequests held;
  private final NodeRegistry nodes;
  private final Gatekeeper gatekeeper;
  private final ManagementAudit audit;
  private final Workers workers;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  SnapshotHandler(
      SnapshotPublisher publisher,
      HeldRequests held,
      NodeRegistry nodes,
      Gatekeeper gatekeeper,
      ManagementAudit audit,
      Workers workers) {
    this.publisher = publisher;
    this.held = held;
    this.nodes = nodes;
    this.gatekeeper = gatekeeper;
    this.audit = audit;
    this.workers = workers;
  }

  /**
   * What a node asked for.
   *
   * @param waits whether it has to wait for it
   * @param noted whether it is written down that it asked
   */
  private record Admitted(StatementRequest request, boolean waits, boolean noted) {}

  @Override
  public void handle(RoutingContext routing) {
    RequestFacts facts = Exchange.facts(routing);
    Credentials credentials = gatekeeper.credentials(routing.request());
    Context context = routing.vertx().getOrCreateContext();
    HttpServerResponse response = routing.response();
    workers
        .run(
            context,
            () -> gatekeeper.run(facts, credentials, ManagementAction.SNAPSHOT_READ, this::admit))
        .onSuccess(
            admitted -> {
              if (admitted.waits) {
                hold(context, response, admitted);
              } else {
                answer(context, response, admitted);
              }
            })
        .onFailure(failure -> Exchange.fail(response, failure));
  }

  private Admitted admit(Call call) {
    StatementRequest request = read(call.facts());
    NodeQuestion question = NodeQuestion.read(call);
    boolean noted = nodes.seen(question.sighting(), question.replaced());
    boolean waits = request.waitMs() > 0 && publisher.isUpToDate(request);
    if (known.add(call.principal().id())) {
      audit.allowed(call);
    }
    return new Admitted(request, waits, noted);
  }

  private void hold(Context context, HttpServerResponse response, Admitted admitted) {
    Vertx vertx = context.owner();
    StatementRequest request = admitted.request;
    try {
      HeldRequests.Held hold =
          held.hold(
              request.epoch(),
              request.from(),
              () -> context.runOnContext(ignored -> answer(context, response, admitted)));
      long timer = vertx.setTimer(request.waitMs(), ignored -> held.wake(hold));
      response.exceptionHandler(failure -> held.forget(hold));
      response.closeHandler(
          ignored -> {
            vertx.cancelTimer(timer);
            held.forget(hold);
          });
      response.endHandler(ignored -> vertx.cancelTimer(timer));
    } catch (ProblemException e) {
      Exchange.fail(response, e);
    }
  }

  private void answer(Context context, HttpServerResponse response, Admitted admitted) {
    workers
        .run(context, () -> publisher.statement(admitted.request, admitted.noted).toByteArray())
        .onSuccess(body -> Exchange.answer(response, new Answer(200, null, CONTENT_TYPE, body)))
        .onFailure(failure -> Exchange.fail(response, failure));
  }

  private static StatementRequest read(RequestFacts facts) {
    long from = number(facts, "from");
    byte[] digest = hex(facts, "digest");
    byte[] nonce = hex(facts, "nonce");
    if (nonce.length < NONCE_LENGTH_MIN || nonce.length > NONCE_LENGTH_MAX) {
      throw refuse(
          "nonce must be " + NONCE_LENGTH_MIN + " to " + NONCE_LENGTH_MAX + " bytes in hex");
    }
    if (digest.length != 0 && digest.length != DIGEST_LENGTH) {
      throw refuse("digest must be " + DIGEST_LENGTH + " bytes in hex, or empty");
    }
    long waitMs = Math.min(number(facts, "waitMs"), WAIT_MS_MAX);
    return new StatementRequest(number(facts, "epoch"), from, digest, nonce, waitMs);
  }

  static long number(RequestFacts facts, String name) {
    String text = facts.query().get(name);
    if (text == null || text.isEmpty()) {
      return 0;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw refuse(name + " must be a whole number");
    }
    return Long.parseLong(text);
  }

  private static byte[] hex(RequestFacts facts, String name) {
    String text = facts.query().get(name);
    try {
      return text == null ? new byte[0] : HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw refuse(name + " must be bytes in hex");
    }
  }

  private static ProblemException refuse(String why) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, why);
  }
}
