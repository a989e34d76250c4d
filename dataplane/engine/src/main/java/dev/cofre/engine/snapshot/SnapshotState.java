package dev.cofre.engine.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.engine.persistent.PersistentMap;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.policy.QuotaLimit;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * All that one revision says. Immutable: {@link #apply} makes the next one.
 *
 * <p>Whether a statement may be followed is decided here: never to an older (epoch, revision),
 * never over a gap, never onto another digest chain.
 */
public final class SnapshotState {
  /** What a node knows before its first statement. */
  public static final SnapshotState NONE =
      new SnapshotState(0, 0, new byte[0], SnapshotContents.NONE);

  private final long epoch;
  private final long revision;
  private final byte[] digest;
  private final SnapshotContents contents;

  private SnapshotState(long epoch, long revision, byte[] digest, SnapshotContents contents) {
    this.epoch = epoch;
    this.revision = revision;
    this.digest = digest;
    this.contents = contents;
  }

  /**
   * The state after {@code changes}, as a control plane reads them from its own store: nothing is
   * checked but that they are well formed.
   *
   * @param digest of the chain after them
   */
  public SnapshotState with(long nextEpoch, List<ChangeSet> changes, byte[] digest)
      throws SnapshotRejectedException {
    SnapshotEdit edit = new SnapshotEdit(nextEpoch == epoch ? contents : SnapshotContents.NONE);
    long last = nextEpoch == epoch ? revision : 0;
    for (ChangeSet one : changes) {
      edit.apply(one);
      last = one.getRevision();
    }
    return new SnapshotState(nextEpoch, last, digest.clone(), edit.done());
  }

  /** The same for a statement whose objects were parsed already. */
  public SnapshotState apply(Statement statement) throws SnapshotRejectedException {
    try {
      return apply(RawStatement.parseFrom(statement.toByteString()));
    } catch (InvalidProtocolBufferException e) {
      throw new SnapshotRejectedException("it is malformed");
    }
  }

  /**
   * The state after {@code statement}.
   *
   * @throws SnapshotRejectedException when it must not be followed from here
   */
  public SnapshotState apply(RawStatement statement) throws SnapshotRejectedException {
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

  private SnapshotState next(RawStatement statement, boolean complete)
      throws SnapshotRejectedException {
    return new SnapshotState(
        statement.getEpoch(),
        statement.getRevision(),
        statement.getDigest().toByteArray(),
        new SnapshotEdit(complete ? SnapshotContents.NONE : contents).apply(statement));
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
    return contents.keys().get(id);
  }

  /** The key with {@code alias} in {@code tenant}, or null. */
  public KeyMetadata key(String tenant, String alias) {
    PersistentMap<String, KeyMetadata> aliases = contents.aliases().get(tenant);
    return aliases == null ? null : aliases.get(alias);
  }

  /** Calls {@code action} with each key. */
  public void forEachKey(Consumer<KeyMetadata> action) {
    contents.keys().forEachValue(action);
  }

  /** How many keys. */
  public int keyCount() {
    return contents.keys().size();
  }

  /** The principal with {@code id}, or null. */
  public PrincipalMetadata principal(String id) {
    return contents.principals().get(id);
  }

  /** Calls {@code action} with each principal. */
  public void forEachPrincipal(Consumer<PrincipalMetadata> action) {
    contents.principals().forEachValue(action);
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
    return contents.tokens().get(digest);
  }

  /** The principal whose client certificates carry {@code spiffeId}, or null. */
  public PrincipalMetadata principalOfSpiffeId(String spiffeId) {
    return contents.spiffeIds().get(spiffeId);
  }

  /** What a bearer token is looked up by: it does not tell the token. */
  public static ByteString tokenDigest(byte[] token) {
    return ByteString.copyFrom(SnapshotDigest.sha256(token));
  }

  /** The quota with {@code id}, or null. */
  public QuotaLimit quota(String id) {
    return contents.quotas().get(id);
  }

  /** The compiled policies. */
  public PolicyEvaluator policy() {
    return contents.policy();
  }
}
