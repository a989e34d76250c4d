package dev.cofre.engine.request;

import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;

/**
 * Decides whether a caller may do an action with a key. Thread-safe.
 *
 * <p>What a caller may not see is answered as if absent; what it may see but not do is {@code
 * forbidden}; only then does the key's state count.
 */
final class Authorizer {
  /** What an expired key does no more (SP 800-57 part 1, the deactivated state). */
  private static final Set<Action> PROTECTS = Set.of(Action.ENCRYPT, Action.GENERATE_DATA_KEY);

  private final SnapshotHolder snapshots;
  private final Clock clock;

  Authorizer(SnapshotHolder snapshots, Clock clock) {
    this.snapshots = snapshots;
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
    KeyMetadata key = find(state, caller.principal().tenant(), name);
    if (key == null || !state.policy().sees(caller.principal(), key)) {
      throw new ProblemException(
          ErrorCode.KEY_NOT_FOUND,
          "there is no such key, or you have no grant on it; ask its owner or list keys with ./cofre key list");
    }
    return permit(state, caller, action, key);
  }

  /** The key that made {@code wrapped}, when {@code caller} may do {@code action} with it now. */
  KeyMetadata permit(Caller caller, Action action, WrappedDataKey wrapped) {
    SnapshotState state = snapshots.current();
    KeyMetadata key = state.key(wrapped.keyId());
    if (key == null || !state.policy().sees(caller.principal(), key)) {
      throw Outcome.invalidCiphertext();
    }
    permit(state, caller, action, key);
    KeyMetadata.Version version = key.versions().get(wrapped.keyVersion());
    if (version == null || version.protection() != wrapped.protection()) {
      throw Outcome.invalidCiphertext();
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

  private KeyMetadata permit(SnapshotState state, Caller caller, Action action, KeyMetadata key) {
    if (!state.policy().allows(caller.principal(), action, key)) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "no policy allows you "
              + action.text()
              + " with this key; ask a security-admin for a grant");
    }
    if (key.disabled()) {
      throw new ProblemException(
          ErrorCode.KEY_DISABLED, "the key is disabled; a crypto-officer can enable it");
    }
    if (PROTECTS.contains(action) && key.expiresAtMs() <= clock.millis()) {
      throw new ProblemException(
          ErrorCode.KEY_EXPIRED,
          "the key has expired: it decrypts, but protects nothing new; use another key");
    }
    return key;
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
