package dev.cofre.engine.request;

import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.DecisionCache;
import dev.cofre.engine.snapshot.KeyCondition;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.engine.usage.UseCounts;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;

/**
 * Decides whether a caller may do an action with a key. Not thread-safe: one per event loop, which
 * remembers the decisions of the snapshot in force.
 *
 * <p>What a caller may not see is answered as if absent; what it may see but not do is {@code
 * forbidden}; only then does the key's state count.
 */
final class Authorizer {
  /** What an expired key does no more (SP 800-57 part 1, the deactivated state). */
  private static final Set<Action> PROTECTS = Set.of(Action.ENCRYPT, Action.GENERATE_DATA_KEY);

  private final SnapshotHolder snapshots;
  private final UseCounts uses;
  private final Clock clock;
  private final DecisionCache<Permit> decisions = new DecisionCache<>();

  Authorizer(SnapshotHolder snapshots, UseCounts uses, Clock clock) {
    this.snapshots = snapshots;
    this.uses = uses;
    this.clock = clock;
  }

  /** The principal whose token is {@code token}. */
  PrincipalMetadata authenticate(byte[] token) {
    PrincipalMetadata principal = token == null ? null : snapshots.current().principal(token);
    if (principal == null) {
      throw new ProblemException(
          ErrorCode.UNAUTHENTICATED,
          "send a valid token in the header Authorization: Bearer <token>");
    }
    return principal;
  }

  /**
   * The key that {@code name} (id or alias) means to {@code caller}, when it may do {@code action}
   * with it now.
   */
  KeyMetadata permit(Caller caller, Action action, String name) {
    SnapshotState state = snapshots.current();
    decisions.follow(state);
    PrincipalMetadata principal = caller.principal();
    Permit permit = decisions.get(principal, action, name);
    if (permit == null) {
      permit = decide(state, principal, action, find(state, principal.tenant(), name), absent());
      decisions.put(principal, action, name, permit);
    }
    return granted(permit, action);
  }

  /**
   * The key that made the wrapped data key that stands in {@code envelope} at {@code offset}, when
   * {@code caller} may do {@code action} with it now.
   */
  KeyMetadata permit(Caller caller, Action action, byte[] envelope, int offset) {
    SnapshotState state = snapshots.current();
    decisions.follow(state);
    PrincipalMetadata principal = caller.principal();
    UUID id = WrappedDataKey.keyIdAt(envelope, offset);
    Permit permit = decisions.get(principal, action, id);
    if (permit == null) {
      permit = decide(state, principal, action, state.key(id), Batch.invalidCiphertext());
      decisions.put(principal, action, id, permit);
    }
    KeyMetadata key = granted(permit, action);
    KeyMetadata.Version version = key.versions().get(WrappedDataKey.keyVersionAt(envelope, offset));
    if (version == null || version.protection() != WrappedDataKey.protectionAt(envelope, offset)) {
      throw Batch.invalidCiphertext();
    }
    if (!version.condition().decrypts()) {
      throw refusal(version);
    }
    return key;
  }

  /** Re-encryption keeps tenant and environment. */
  void permitMove(KeyMetadata source, KeyMetadata target) {
    if (!source.tenant().equals(target.tenant())
        || !source.environment().equals(target.environment())) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "re-encryption keeps tenant and environment; decrypt and encrypt in two calls where policy allows both");
    }
  }

  private Permit decide(
      SnapshotState state,
      PrincipalMetadata principal,
      Action action,
      KeyMetadata key,
      ProblemException absent) {
    if (key == null || !state.policy().sees(principal, key)) {
      return new Permit(null, absent);
    }
    if (!state.policy().allows(principal, action, key)) {
      return new Permit(
          key,
          new ProblemException(
              ErrorCode.FORBIDDEN,
              "no policy allows you "
                  + action.text()
                  + " with this key; ask a security-admin for a grant"));
    }
    return new Permit(
        key, stateDenial(key, action), uses.of(principal.id(), action.text(), key.id()));
  }

  /** Why the state of {@code key}, or of its current version, refuses {@code action}; or null. */
  private static ProblemException stateDenial(KeyMetadata key, Action action) {
    boolean protects = PROTECTS.contains(action);
    KeyCondition condition = key.condition();
    if (!(protects ? condition.encrypts() : condition.decrypts())) {
      return new ProblemException(condition.refusal(), "the key " + condition.detail());
    }
    return !protects || key.encrypts() ? null : refusal(key.versions().get(key.currentVersion()));
  }

  private static ProblemException refusal(KeyMetadata.Version version) {
    return new ProblemException(
        version.condition().refusal(),
        "version " + version.number() + " of the key " + version.condition().detail());
  }

  /** What depends on the time is looked at each time. */
  private KeyMetadata granted(Permit permit, Action action) {
    boolean denied = permit.denial() != null;
    if (denied && permit.denial().code() != ErrorCode.KEY_DEACTIVATED) {
      throw permit.denial();
    }
    if (PROTECTS.contains(action) && permit.key().expiresAtMs() <= clock.millis()) {
      throw new ProblemException(
          ErrorCode.KEY_EXPIRED,
          "the key has expired: it decrypts, but protects nothing new; use another key");
    }
    if (denied) {
      throw permit.denial();
    }
    permit.uses().add();
    return permit.key();
  }

  private static ProblemException absent() {
    return new ProblemException(
        ErrorCode.KEY_NOT_FOUND,
        "there is no such key, or you have no grant on it; ask its owner or list keys with ./cofre key list");
  }

  private static KeyMetadata find(SnapshotState state, String tenant, String name) {
    KeyMetadata byAlias = state.key(tenant, name);
    if (byAlias != null || name.length() != 36) {
      return byAlias;
    }
    try {
      KeyMetadata byId = state.key(UUID.fromString(name));
      return byId != null && byId.tenant().equals(tenant) ? byId : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
