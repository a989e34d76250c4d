package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.identity.Callers;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.CompiledStatement;
import dev.cofre.engine.policy.Decision;
import dev.cofre.engine.policy.DecisionCache;
import dev.cofre.engine.policy.Facts;
import dev.cofre.engine.policy.UseQuotas;
import dev.cofre.engine.policy.UseRates;
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
public final class Authorizer {
  /** What an expired key does no more (SP 800-57 part 1, the deactivated state). */
  private static final Set<Action> PROTECTS = Set.of(Action.ENCRYPT, Action.GENERATE_DATA_KEY);

  private final SnapshotHolder snapshots;
  private final UseRates rates;
  private final UseQuotas quotas;
  private final UseCounts uses;
  private final Clock clock;
  private final DecisionCache<Permit> decisions = new DecisionCache<>();
  private Caller lastCaller;
  private Facts lastFacts;

  /**
   * Decides by what {@code snapshots} holds.
   *
   * @param rates of the whole node
   * @param quotas of the whole node
   * @param uses of the whole node
   */
  public Authorizer(
      SnapshotHolder snapshots, UseRates rates, UseQuotas quotas, UseCounts uses, Clock clock) {
    this.snapshots = snapshots;
    this.rates = rates;
    this.quotas = quotas;
    this.uses = uses;
    this.clock = clock;
  }

  /**
   * Who {@code principal} is by {@code state}: a request that was authenticated by an earlier
   * snapshot and whose body came late is decided as if it came now.
   *
   * @throws ProblemException {@code unauthenticated} when it is gone, or its credentials are others
   */
  @SuppressWarnings("ReferenceEquality") // what did not change is the same object
  private static PrincipalMetadata known(SnapshotState state, PrincipalMetadata principal) {
    PrincipalMetadata now = state.principal(principal.id());
    if (now != principal && (now == null || !now.hasCredentialsOf(principal))) {
      throw Callers.unauthenticated();
    }
    return now;
  }

  /**
   * The key that {@code name} (id or alias) means to {@code caller}, when a request of its with
   * {@code context} may do {@code action} with it now.
   *
   * @throws ProblemException when it may not, or there is no such key that it may see
   */
  public KeyMetadata authorize(
      Caller caller, Action action, String name, EncryptionContext context) {
    return require(permit(caller, action, name), caller, action, context);
  }

  /**
   * The permit to do {@code action} with the key that {@code name} (id or alias) means to {@code
   * caller}. When it is conditional, {@link #objection} has the last word.
   */
  Permit permit(Caller caller, Action action, String name) {
    SnapshotState state = snapshots.current();
    decisions.follow(state);
    PrincipalMetadata principal = caller.principal();
    Permit permit = decisions.get(principal, action, name);
    if (permit == null || isOver(permit)) {
      PrincipalMetadata now = known(state, principal);
      permit = decide(state, now, action, find(state, now.tenant(), name), absent());
      decisions.put(principal, action, name, permit);
    }
    return granted(permit, action);
  }

  /**
   * The permit to do {@code action} with the key that made the wrapped data key that stands in
   * {@code envelope} at {@code offset}.
   */
  Permit permit(Caller caller, Action action, byte[] envelope, int offset) {
    SnapshotState state = snapshots.current();
    decisions.follow(state);
    PrincipalMetadata principal = caller.principal();
    UUID id = WrappedDataKey.keyIdAt(envelope, offset);
    Permit permit = decisions.get(principal, action, id);
    if (permit == null || isOver(permit)) {
      PrincipalMetadata now = known(state, principal);
      permit = decide(state, now, action, state.key(id), Batch.invalidCiphertext());
      decisions.put(principal, action, id, permit);
    }
    granted(permit, action);
    KeyMetadata.Version version =
        permit.key().versions().get(WrappedDataKey.keyVersionAt(envelope, offset));
    if (version == null || version.protection() != WrappedDataKey.protectionAt(envelope, offset)) {
      throw Batch.invalidCiphertext();
    }
    if (!version.condition().decrypts()) {
      throw refusal(version);
    }
    return permit;
  }

  /**
   * The key of {@code permit}, when a request of {@code caller} with {@code context} may use it.
   */
  KeyMetadata require(Permit permit, Caller caller, Action action, EncryptionContext context) {
    return require(permit, caller, action, context, 1);
  }

  /** The same for {@code uses} items; 0: they were counted before. */
  KeyMetadata require(
      Permit permit, Caller caller, Action action, EncryptionContext context, int uses) {
    ProblemException objection = objection(permit, caller, action, context, uses);
    if (objection != null) {
      throw objection;
    }
    return permit.key();
  }

  /**
   * Why {@code uses} of {@code caller} with {@code context} are refused, or null, and then they are
   * counted; 0: they were counted before.
   */
  ProblemException objection(
      Permit permit, Caller caller, Action action, EncryptionContext context, int uses) {
    if (!permit.isConditional()) {
      return null;
    }
    boolean counted = permit.quota() != null && uses > 0;
    if (counted) {
      long retryMs = permit.quota().take(uses, clock.millis());
      if (retryMs > 0) {
        return quotaExceeded(retryMs);
      }
    }
    ProblemException unmet =
        permit.conditions() == null ? null : conditions(permit, caller, action, context, uses);
    if (unmet != null && counted) {
      permit.quota().giveBack(uses, clock.millis());
    }
    return unmet;
  }

  private static ProblemException quotaExceeded(long retryMs) {
    return new ProblemException(
        ErrorCode.QUOTA_EXCEEDED,
        "you, or your tenant, have used up this node's share of your quota for "
            + (retryMs > 1_000 ? "today, in UTC" : "this second")
            + "; send less, or try again later",
        retryMs);
  }

  private ProblemException conditions(
      Permit permit, Caller caller, Action action, EncryptionContext context, int uses) {
    Facts facts = facts(caller, context);
    CompiledStatement allowing = permit.conditions().allowing(facts);
    if (allowing == null) {
      return unmet(action);
    }
    for (int i = 1; allowing != null; i++) {
      if (uses == 0 || rates.take(allowing, caller.principalId(), uses, facts.nowMs())) {
        return null;
      }
      allowing = permit.conditions().allowing(facts, i);
    }
    return new ProblemException(
        ErrorCode.QUOTA_EXCEEDED,
        "the policy that allows it has a rate, and you have used it up on this node; send less, or try again later");
  }

  private Facts facts(Caller caller, EncryptionContext context) {
    long nowMs = clock.millis();
    if (lastFacts == null || !caller.equals(lastCaller)) {
      lastFacts = Facts.of(context, caller.address(), caller.strength(), nowMs);
      lastCaller = caller;
    }
    lastFacts = new Facts(context, lastFacts.address(), lastFacts.authentication(), nowMs);
    return lastFacts;
  }

  /**
   * Re-encryption keeps tenant and environment, unless a policy names both environments.
   *
   * @return the permit to move, or null when none is needed
   */
  Permit permitMove(Caller caller, KeyMetadata source, KeyMetadata target) {
    boolean sameTenant = source.tenant().equals(target.tenant());
    if (sameTenant && source.environment().equals(target.environment())) {
      return null;
    }
    Decision decision =
        snapshots
            .current()
            .policy()
            .decideMove(caller.principal(), source.environment(), target, clock.millis());
    if (!sameTenant
        || decision.outcome() == Decision.Outcome.DENIED
        || decision.outcome() == Decision.Outcome.UNSEEN) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "re-encryption keeps tenant and environment; between environments it needs a policy that allows reencrypt and names both");
    }
    // Uses count for the quota once: where they are encrypted.
    return permitOf(caller.principal(), Action.REENCRYPT, target, decision, null);
  }

  /**
   * Why what was begun with version {@code number} of {@code key} must end; null: it goes on.
   *
   * <p>It asks all that a new request is asked but what is counted: is the snapshot fresh, the
   * caller who it was, key and version in use, the action allowed.
   */
  ErrorCode obstacle(
      Caller caller, Action action, KeyMetadata key, int number, EncryptionContext context) {
    if (snapshots.isStale()) {
      return ErrorCode.POLICY_STALE;
    }
    SnapshotState state = snapshots.last();
    KeyMetadata now = state.key(key.id());
    KeyMetadata.Version version = now == null ? null : now.versions().get(number);
    if (version == null) {
      return ErrorCode.KEY_DISABLED;
    }
    for (KeyCondition condition : new KeyCondition[] {now.condition(), version.condition()}) {
      if (!(PROTECTS.contains(action) ? condition.encrypts() : condition.decrypts())) {
        return condition.refusal();
      }
    }
    PrincipalMetadata principal = state.principal(caller.principalId());
    if (principal == null || !principal.tokenDigests().equals(caller.principal().tokenDigests())) {
      return ErrorCode.UNAUTHENTICATED;
    }
    return state.policy().allows(principal, action, now, facts(caller, context))
        ? null
        : ErrorCode.FORBIDDEN;
  }

  private boolean isOver(Permit permit) {
    return permit.validUntilMs() != Long.MAX_VALUE && clock.millis() >= permit.validUntilMs();
  }

  private Permit decide(
      SnapshotState state,
      PrincipalMetadata principal,
      Action action,
      KeyMetadata key,
      ProblemException absent) {
    if (key == null) {
      return new Permit(null, absent, null, Long.MAX_VALUE, 0, null, null);
    }
    Decision decision = state.policy().decide(principal, action, key, clock.millis());
    return switch (decision.outcome()) {
      case UNSEEN -> new Permit(null, absent, null, decision.validUntilMs(), 0, null, null);
      case DENIED ->
          new Permit(
              key,
              new ProblemException(
                  ErrorCode.FORBIDDEN,
                  "no policy allows you "
                      + action.text()
                      + " with this key; ask a security-admin for a grant"),
              null,
              decision.validUntilMs(),
              key.expiresAtMs(),
              null,
              null);
      case ALLOWED, CONDITIONAL ->
          permitOf(principal, action, key, decision, quotas.of(principal, state::quota));
    };
  }

  private Permit permitOf(
      PrincipalMetadata principal,
      Action action,
      KeyMetadata key,
      Decision decision,
      UseQuotas.Quota quota) {
    return new Permit(
        key,
        stateDenial(key, action),
        decision.outcome() == Decision.Outcome.CONDITIONAL ? decision : null,
        decision.validUntilMs(),
        key.expiresAtMs(),
        quota,
        uses.of(principal.id(), action.text(), key.id()));
  }

  private static ProblemException unmet(Action action) {
    return new ProblemException(
        ErrorCode.FORBIDDEN,
        "a policy allows you "
            + action.text()
            + " with this key under conditions that this request does not meet; a security-admin can see which with ./cofre policy explain");
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
  private Permit granted(Permit permit, Action action) {
    boolean denied = permit.denial() != null;
    if (denied && permit.denial().code() != ErrorCode.KEY_DEACTIVATED) {
      throw permit.denial();
    }
    if (PROTECTS.contains(action) && permit.expiresAtMs() <= clock.millis()) {
      throw new ProblemException(
          ErrorCode.KEY_EXPIRED,
          "the key has expired: it decrypts, but protects nothing new; use another key");
    }
    if (denied) {
      throw permit.denial();
    }
    permit.uses().add();
    return permit;
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
