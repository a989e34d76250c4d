package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.KeyMove;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.server.api.SealedValues.Ended;
import dev.cofre.controlplane.server.keys.StateChanges;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The routes that move keys and versions between states, and the tombstones. Thread-safe. */
final class KeyStateOperations {
  private static final String KEY = "/v1/keys/{key}/";
  private static final String VERSION = KEY + "versions/{version}/";

  private static final Map<KeyMove, ManagementAction> KEY_MOVES =
      Map.of(
          KeyMove.ACTIVATE, ManagementAction.KEY_ACTIVATE,
          KeyMove.DISABLE, ManagementAction.KEY_DISABLE,
          KeyMove.ENABLE, ManagementAction.KEY_ENABLE,
          KeyMove.DEACTIVATE, ManagementAction.KEY_DEACTIVATE,
          KeyMove.COMPROMISE, ManagementAction.KEY_COMPROMISE,
          KeyMove.SCHEDULE_DESTRUCTION, ManagementAction.KEY_SCHEDULE_DESTRUCTION,
          KeyMove.CANCEL_DESTRUCTION, ManagementAction.KEY_CANCEL_DESTRUCTION);

  private static final Map<KeyMove, ManagementAction> VERSION_MOVES =
      Map.of(
          KeyMove.DISABLE, ManagementAction.KEY_VERSION_DISABLE,
          KeyMove.ENABLE, ManagementAction.KEY_VERSION_ENABLE,
          KeyMove.COMPROMISE, ManagementAction.KEY_VERSION_COMPROMISE,
          KeyMove.SCHEDULE_DESTRUCTION, ManagementAction.KEY_VERSION_SCHEDULE_DESTRUCTION,
          KeyMove.CANCEL_DESTRUCTION, ManagementAction.KEY_VERSION_CANCEL_DESTRUCTION);

  private final Store store;
  private final StateChanges changes;
  private final KeyRequests requests;
  private final ManagementAudit audit;
  private final Approvals approvals;

  KeyStateOperations(
      Store store,
      StateChanges changes,
      KeyRequests requests,
      ManagementAudit audit,
      Approvals approvals) {
    this.store = store;
    this.changes = changes;
    this.requests = requests;
    this.audit = audit;
    this.approvals = approvals;
  }

  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    KEY_MOVES.forEach(
        (move, action) ->
            routes.add(
                new Route(
                    POST,
                    KEY + move.wireName(),
                    action,
                    call -> move(call, move),
                    hasFields(move))));
    VERSION_MOVES.forEach(
        (move, action) ->
            routes.add(
                new Route(
                    POST,
                    VERSION + move.wireName(),
                    action,
                    call -> moveVersion(call, move),
                    hasFields(move))));
    routes.add(new Route(GET, KEY + "tombstone", KEY_SHOW, call -> tombstone(call, 0)));
    routes.add(
        new Route(GET, VERSION + "tombstone", KEY_SHOW, call -> tombstone(call, version(call))));
    return routes;
  }

  private static boolean hasFields(KeyMove move) {
    return move == KeyMove.SCHEDULE_DESTRUCTION;
  }

  private Answer move(Call call, KeyMove move) {
    return changes.move(
        requests.selectOnce(call),
        asked(call, move),
        (tx, before, after) ->
            move == KeyMove.SCHEDULE_DESTRUCTION
                ? finishDestruction(tx, call, before, after, Tombstone.WHOLE_KEY)
                : finish(tx, call, before, after, after.id().toString()));
  }

  private Answer moveVersion(Call call, KeyMove move) {
    int number = version(call);
    return changes.moveVersion(
        requests.selectOnce(call),
        number,
        asked(call, move),
        (tx, before, after) ->
            move == KeyMove.SCHEDULE_DESTRUCTION
                ? finishDestruction(tx, call, before, after, number)
                : finish(tx, call, before, after, after.id() + "/" + number));
  }

  /** What is there already needs nobody's approval, unless it was asked for. */
  private Answer finish(Transaction tx, Call call, KmsKey before, KmsKey after, String subject) {
    if (!after.equals(before) || call.approved().isPresent()) {
      approvals.require(tx, call, KeyMatter.changed(before, after));
    }
    return requests.finish(tx, call, 200, after, subject);
  }

  /** The same for a destruction, which ends the values of secrets under it. */
  private Answer finishDestruction(
      Transaction tx, Call call, KmsKey before, KmsKey after, int number) {
    Ended ended = SealedValues.endedBy(tx, after, number);
    if (!after.equals(before) || call.approved().isPresent()) {
      approvals.require(tx, call, KeyMatter.destroyed(before, after, ended));
    }
    String id = after.id().toString();
    return requests.finish(
        tx, call, after, number == Tombstone.WHOLE_KEY ? id : id + "/" + number, ended);
  }

  private static StateChanges.Asked asked(Call call, KeyMove move) {
    boolean empty = !hasFields(move) || call.facts().body().length == 0;
    return new StateChanges.Asked(move, empty ? Map.of() : call.document(), call.principal().id());
  }

  /** The number of the version that the path names. */
  static int version(Call call) {
    String text = call.path("version");
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new ProblemException(
          ErrorCode.NOT_FOUND, "a version is a number from 1; see the key's versions");
    }
    return Integer.parseInt(text);
  }

  private Answer tombstone(Call call, int version) {
    Tombstone tombstone =
        store.read(
            tx -> {
              KmsKey key = KeyOperations.visible(tx, call);
              return tx.tombstones()
                  .find(key.id(), version)
                  .orElseThrow(
                      () ->
                          new ProblemException(
                              ErrorCode.NOT_FOUND,
                              "there is no tombstone: it was not destroyed (the key is "
                                  + key.state().name()
                                  + "), or with its whole key"));
            });
    audit.allowed(call);
    return Answer.json(200, Documents.tombstone(tombstone));
  }
}
