package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.KEY_UPDATE;
import static io.vertx.core.http.HttpMethod.PATCH;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Set;

/** The route that changes what a key is described by: owner, purpose, expiry, tags. Thread-safe. */
final class KeyDescriptions {
  /** In these states a key stays as it is: its tombstone tells of it as it was. */
  private static final Set<KeyState.Name> FROZEN =
      Set.of(KeyState.Name.PENDING_DESTRUCTION, KeyState.Name.DESTROYED);

  /** In these states it has ended to encrypt for good, and no expiry brings it back. */
  private static final Set<KeyState.Name> ENDED =
      Set.of(KeyState.Name.DEACTIVATED, KeyState.Name.COMPROMISED);

  private final Store store;
  private final KeyRequests requests;
  private final Approvals approvals;

  KeyDescriptions(Store store, KeyRequests requests, Approvals approvals) {
    this.store = store;
    this.requests = requests;
    this.approvals = approvals;
  }

  List<Route> routes() {
    return List.of(Route.withDocument(PATCH, "/v1/keys/{key}", KEY_UPDATE, this::update));
  }

  /** What is there already needs nobody's approval, unless it was asked for. */
  private Answer update(Call call) {
    return store.change(
        tx -> {
          KmsKey key = requests.selectOnce(call).apply(tx);
          KeyDraft draft = key.draft().changed(call.document(), tx.now());
          boolean same = draft.equals(key.draft());
          if (!same) {
            requireAllowed(tx, key, draft);
          }
          KmsKey after = same ? key : key.described(draft, tx.now(), call.principal().id());
          if (!same) {
            tx.keys().update(after);
          }
          if (!same || call.approved().isPresent()) {
            approvals.require(tx, call, KeyMatter.described(key, after));
          }
          return requests.finish(tx, call, 200, after);
        });
  }

  private static void requireAllowed(Transaction tx, KmsKey key, KeyDraft next) {
    KeyState.Name state = key.state().name();
    boolean otherExpiry = !next.expiresAt().equals(key.draft().expiresAt());
    if (FROZEN.contains(state) || (ENDED.contains(state) && otherExpiry)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "the key is "
              + state
              + (FROZEN.contains(state)
                  ? ": it stays as it is"
                  : ": it encrypts no more, and another expiresAt does not change that"));
    }
    DataClassRules rules = tx.dataClasses().rules(next.dataClass());
    boolean later = next.expiresAt().isAfter(key.draft().expiresAt());
    if (later && next.expiresAt().isAfter(rules.expiresAtMax(key.stamp().createdAt()))) {
      throw new InvalidDocumentException(
          List.of(
              new FieldError(
                  "expiresAt",
                  "must be at most "
                      + rules.lifetimeDaysMax()
                      + " days after the key was made, for the data class "
                      + rules.dataClass().wireName())));
    }
  }
}
