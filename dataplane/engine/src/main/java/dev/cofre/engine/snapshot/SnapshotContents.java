package dev.cofre.engine.snapshot;

import com.google.protobuf.ByteString;
import dev.cofre.engine.persistent.PersistentMap;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.policy.QuotaLimit;
import java.util.Map;
import java.util.UUID;

/**
 * What a revision holds. Immutable; the next revision shares with it what did not change.
 *
 * @param aliases by tenant, then by alias
 * @param tokens by SHA-256 of the bearer token
 * @param quotas by their ids
 * @param spiffeIds the principals that have client certificates, by SPIFFE id
 * @param classes the limits of data classes, by name
 */
record SnapshotContents(
    PersistentMap<UUID, KeyMetadata> keys,
    PersistentMap<String, PersistentMap<String, KeyMetadata>> aliases,
    PersistentMap<String, PrincipalMetadata> principals,
    PersistentMap<ByteString, PrincipalMetadata> tokens,
    PersistentMap<String, PrincipalMetadata> spiffeIds,
    PolicyEvaluator policy,
    PersistentMap<String, QuotaLimit> quotas,
    Map<String, ClassLimits> classes) {
  /** Nothing. */
  static final SnapshotContents NONE =
      new SnapshotContents(
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PersistentMap.empty(),
          PolicyEvaluator.NONE,
          PersistentMap.empty(),
          Map.of());
}
