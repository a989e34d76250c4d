package dev.cofre.engine.snapshot;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * All that one revision says. Immutable: {@link #apply} makes the next one.
 *
 * <p>Whether a statement may be followed is decided here: never to an older (epoch, revision),
 * never over a gap, never onto another digest chain.
 */
public final class SnapshotState {
  /** What a node knows before its first statement. */
  public static final SnapshotState NONE =
      new SnapshotState(0, 0, new byte[0], Map.of(), Map.of(), Map.of());

  private final long epoch;
  private final long revision;
  private final byte[] digest;
  private final Map<UUID, KeyMetadata> keys;
  private final Map<String, Principal> principals;
  private final Map<String, Policy> policies;

  private final Map<Alias, KeyMetadata> keysByAlias = new HashMap<>();
  private final Map<ByteString, PrincipalMetadata> principalsByToken = new HashMap<>();
  private final PolicyEvaluator policy;

  private record Alias(String tenant, String alias) {}

  private SnapshotState(
      long epoch,
      long revision,
      byte[] digest,
      Map<UUID, KeyMetadata> keys,
      Map<String, Principal> principals,
      Map<String, Policy> policies) {
    this.epoch = epoch;
    this.revision = revision;
    this.digest = digest;
    this.keys = keys;
    this.principals = principals;
    this.policies = policies;
    for (KeyMetadata key : keys.values()) {
      keysByAlias.put(new Alias(key.tenant(), key.alias()), key);
    }
    for (Principal principal : principals.values()) {
      PrincipalMetadata metadata = PrincipalMetadata.of(principal);
      principal.getTokenDigestsList().forEach(token -> principalsByToken.put(token, metadata));
    }
    this.policy = PolicyEvaluator.compile(policies.values());
  }

  /**
   * The state after {@code statement}.
   *
   * @throws SnapshotRejectedException when it must not be followed from here
   */
  public SnapshotState apply(Statement statement) throws SnapshotRejectedException {
    if (statement.getEpoch() < epoch
        || (statement.getEpoch() == epoch && statement.getRevision() < revision)) {
      throw new SnapshotRejectedException(
          "it is older (epoch "
              + statement.getEpoch()
              + ", revision "
              + statement.getRevision()
              + ") than what is held ("
              + epoch
              + ", "
              + revision
              + ")");
    }
    boolean complete = statement.getFromRevision() == 0;
    if (!complete && (statement.getEpoch() != epoch || statement.getFromRevision() != revision)) {
      throw new SnapshotRejectedException("it does not continue revision " + revision);
    }
    if (!complete && !Arrays.equals(statement.getFromDigest().toByteArray(), digest)) {
      throw new SnapshotRejectedException("its digest chain is another one than what is held");
    }
    boolean sameRevision = statement.getEpoch() == epoch && statement.getRevision() == revision;
    if (sameRevision && !Arrays.equals(statement.getDigest().toByteArray(), digest)) {
      throw new SnapshotRejectedException(
          "it says something else of revision " + revision + " than what is held");
    }
    if (sameRevision) {
      return this;
    }
    if (complete && this != NONE && statement.getEpoch() == epoch) {
      // Who is on our chain continues it: a control plane keeps the digest of each of its
      // revisions.
      throw new SnapshotRejectedException(
          "it does not continue the digest chain at revision "
              + revision
              + ": the control plane was restored or replaced without a new epoch");
    }
    try {
      return next(statement, complete);
    } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
      throw new SnapshotRejectedException("it is malformed");
    }
  }

  private SnapshotState next(Statement statement, boolean complete)
      throws SnapshotRejectedException {
    Map<UUID, KeyMetadata> nextKeys = complete ? new HashMap<>() : new HashMap<>(keys);
    Map<String, Principal> nextPrincipals = complete ? new HashMap<>() : new HashMap<>(principals);
    Map<String, Policy> nextPolicies = complete ? new HashMap<>() : new HashMap<>(policies);
    for (KmsKey key : statement.getKeysList()) {
      if (key.getId().size() != Uuids.LENGTH) {
        throw new SnapshotRejectedException("a key's id is malformed");
      }
      KeyMetadata metadata = KeyMetadata.of(key);
      nextKeys.put(metadata.id(), metadata);
    }
    statement.getRemovedPrincipalsList().forEach(nextPrincipals::remove);
    statement
        .getPrincipalsList()
        .forEach(principal -> nextPrincipals.put(principal.getId(), principal));
    statement.getRemovedPoliciesList().forEach(nextPolicies::remove);
    statement.getPoliciesList().forEach(policy -> nextPolicies.put(policy.getId(), policy));
    return new SnapshotState(
        statement.getEpoch(),
        statement.getRevision(),
        statement.getDigest().toByteArray(),
        nextKeys,
        nextPrincipals,
        nextPolicies);
  }

  /** The epoch, 0 before the first statement. */
  public long epoch() {
    return epoch;
  }

  /** The revision, 0 before the first statement. */
  public long revision() {
    return revision;
  }

  /** A copy of the digest chain's value at this revision. */
  public byte[] digest() {
    return digest.clone();
  }

  /** The key with {@code id}, or null. */
  public KeyMetadata key(UUID id) {
    return keys.get(id);
  }

  /** The key with {@code alias} in {@code tenant}, or null. */
  public KeyMetadata key(String tenant, String alias) {
    return keysByAlias.get(new Alias(tenant, alias));
  }

  /** All keys. */
  public Iterable<KeyMetadata> keys() {
    return keys.values();
  }

  /**
   * The principal whose bearer token is {@code token}, or null. The look-up is by SHA-256: how long
   * it takes says nothing of the tokens.
   */
  public PrincipalMetadata principal(byte[] token) {
    return principal(tokenDigest(token));
  }

  /** The principal whose bearer token has {@code digest}, or null. */
  public PrincipalMetadata principal(ByteString digest) {
    return principalsByToken.get(digest);
  }

  /** What a bearer token is looked up by: it does not tell the token. */
  public static ByteString tokenDigest(byte[] token) {
    return ByteString.copyFrom(SnapshotDigest.sha256(token));
  }

  /** The compiled policies. */
  public PolicyEvaluator policy() {
    return policy;
  }
}
