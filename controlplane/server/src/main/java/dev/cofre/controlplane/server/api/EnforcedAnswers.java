package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.enforce.Enforced;
import dev.cofre.controlplane.server.enforce.EnforcementWatch;
import dev.cofre.controlplane.server.enforce.Standing;
import dev.cofre.controlplane.server.store.SnapshotHead;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Holds the answers of changes back until the change is in force on every data plane node, when the
 * request says {@code wait=enforced}, and says in them how far it is. Thread-safe; never blocks.
 *
 * <p>The change is made, and stays so, whatever comes of the wait.
 */
final class EnforcedAnswers {
  private static final String PARAMETER = "wait";
  private static final String ENFORCED = "enforced";
  private static final long WAIT_MS = 10_000;
  private static final long WAIT_MS_MAX = 25_000;
  private static final int ACCEPTED = 202;

  /** What changes what data planes decide by. */
  private static final Set<ManagementAction> CHANGES =
      EnumSet.of(
          ManagementAction.KEY_ROTATE,
          ManagementAction.KEY_DISABLE,
          ManagementAction.KEY_ENABLE,
          ManagementAction.KEY_ACTIVATE,
          ManagementAction.KEY_DEACTIVATE,
          ManagementAction.KEY_COMPROMISE,
          ManagementAction.KEY_SCHEDULE_DESTRUCTION,
          ManagementAction.KEY_CANCEL_DESTRUCTION,
          ManagementAction.KEY_VERSION_DISABLE,
          ManagementAction.KEY_VERSION_ENABLE,
          ManagementAction.KEY_VERSION_COMPROMISE,
          ManagementAction.KEY_VERSION_SCHEDULE_DESTRUCTION,
          ManagementAction.KEY_VERSION_CANCEL_DESTRUCTION,
          ManagementAction.DATA_CLASS_UPDATE,
          ManagementAction.POLICY_CREATE,
          ManagementAction.POLICY_UPDATE,
          ManagementAction.POLICY_DELETE,
          ManagementAction.PRINCIPAL_CREATE,
          ManagementAction.PRINCIPAL_UPDATE,
          ManagementAction.PRINCIPAL_DELETE,
          ManagementAction.PRINCIPAL_TOKEN,
          ManagementAction.GROUP_CREATE,
          ManagementAction.GROUP_UPDATE,
          ManagementAction.GROUP_DELETE,
          ManagementAction.QUOTA_UPDATE,
          ManagementAction.QUOTA_DELETE,
          ManagementAction.APPROVAL_APPROVE);

  private final EnforcementWatch watch;

  EnforcedAnswers(EnforcementWatch watch) {
    this.watch = watch;
  }

  /**
   * Checks, before anything is done, what a request says of waiting.
   *
   * @throws ProblemException {@code invalid_request}
   */
  static void check(Route route, RequestFacts facts) {
    String wait = facts.query().get(PARAMETER);
    if (wait != null) {
      if (!wait.equals(ENFORCED)) {
        throw refuse("wait must be " + ENFORCED + ", or be left away");
      }
      if (!CHANGES.contains(route.action())) {
        throw refuse("this request changes nothing that data planes follow; leave wait away");
      }
    }
    if (wait != null || route.path().equals(NodeOperations.ENFORCEMENT)) {
      waitMs(facts);
    }
  }

  private static long waitMs(RequestFacts facts) {
    return facts.query().contains("waitMs")
        ? Math.min(SnapshotHandler.number(facts, "waitMs"), WAIT_MS_MAX)
        : WAIT_MS;
  }

  /** The revision that a request for {@link NodeOperations#ENFORCEMENT} names. */
  static SnapshotHead head(RequestFacts facts) {
    long epoch = SnapshotHandler.number(facts, "epoch");
    long revision = SnapshotHandler.number(facts, "revision");
    if (epoch == 0 || revision == 0) {
      throw refuse("epoch and revision must name what is waited for, as the change's answer does");
    }
    return new SnapshotHead(epoch, revision, new byte[0]);
  }

  /** {@code answer}, once it is time, with how far it is when that was asked. */
  Future<Answer> complete(Context context, Route route, RequestFacts facts, Answer answer) {
    boolean question = route.path().equals(NodeOperations.ENFORCEMENT);
    if ((!question && !facts.query().contains(PARAMETER)) || answer.status() == ACCEPTED) {
      return Future.succeededFuture(answer);
    }
    Promise<Answer> told = Promise.promise();
    watch
        .await(question ? head(facts) : null, waitMs(facts))
        .thenAccept(
            enforced -> context.runOnContext(ignored -> told.complete(with(answer, enforced))));
    return told.future();
  }

  private static Answer with(Answer answer, Enforced enforced) {
    JsonObject body =
        answer.contentType() == null
            ? new JsonObject()
            : new JsonObject(Buffer.buffer(answer.body()));
    body.put("enforcement", document(enforced));
    return new Answer(
        answer.contentType() == null ? 200 : answer.status(),
        answer.entityTag(),
        Answer.JSON,
        body.toBuffer().getBytes(),
        answer.location(),
        answer.secret());
  }

  private static JsonObject document(Enforced enforced) {
    JsonArray nodes = new JsonArray();
    enforced.nodes().forEach(node -> nodes.add(document(node)));
    SnapshotHead head = enforced.head();
    JsonObject json =
        new JsonObject()
            .put("complete", enforced.complete())
            .put("epoch", head == null ? null : head.epoch())
            .put("revision", head == null ? null : head.revision())
            .put("nodes", nodes)
            .put(
                "dataKeysUntil",
                enforced.dataKeysUntil() == null ? null : enforced.dataKeysUntil().toString());
    return enforced.complete() ? json : json.put("detail", detail(head));
  }

  private static String detail(SnapshotHead head) {
    return head == null
        ? "the change is made; whether it is in force could not be found out; see GET /v1/nodes"
        : "the change is made, but pending nodes have not said that it is in force on them; each"
            + " refuses everything from its time on unless it says so before; ask again: GET "
            + NodeOperations.ENFORCEMENT
            + "?epoch="
            + head.epoch()
            + "&revision="
            + head.revision();
  }

  private static JsonObject document(Standing node) {
    return new JsonObject()
        .put("node", node.node())
        .put("identity", node.identity())
        .put("instance", node.instance())
        .put("state", node.state().name().toLowerCase(Locale.ROOT))
        .put("revision", node.revision())
        .put(node.isSettled() ? "at" : "fencedAt", node.at().toString());
  }

  private static ProblemException refuse(String why) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, why);
  }
}
