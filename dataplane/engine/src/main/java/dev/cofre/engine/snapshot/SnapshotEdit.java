package dev.cofre.engine.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.contract.snapshot.wire.DataClass;
import dev.cofre.contract.snapshot.wire.Group;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Quota;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.engine.persistent.PersistentMap;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.policy.QuotaLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Changes to a state, in time that depends on the changes alone. Not thread-safe. */
final class SnapshotEdit {
  private final PersistentMap.Editor<UUID, KeyMetadata> keys;
  private final PersistentMap.Editor<String, PersistentMap<String, KeyMetadata>> aliases;
  private final Map<String, PersistentMap.Editor<String, KeyMetadata>> aliasesOf = new HashMap<>();
  private final PersistentMap.Editor<String, PrincipalMetadata> principals;
  private final PersistentMap.Editor<ByteString, PrincipalMetadata> tokens;
  private final PersistentMap.Editor<String, PrincipalMetadata> spiffeIds;
  private final PolicyEvaluator.Editor policy;
  private final PersistentMap.Editor<String, QuotaLimit> quotas;
  private final Map<String, ClassLimits> classes;

  SnapshotEdit(SnapshotContents before) {
    this.keys = before.keys().edit();
    this.classes = new HashMap<>(before.classes());
    this.aliases = before.aliases().edit();
    this.principals = before.principals().edit();
    this.tokens = before.tokens().edit();
    this.spiffeIds = before.spiffeIds().edit();
    this.policy = before.policy().edit();
    this.quotas = before.quotas().edit();
  }

  /** Makes the changes that {@code statement} holds, one parsed object at a time. */
  SnapshotContents apply(RawStatement statement) throws SnapshotRejectedException {
    try {
      for (ByteString dataClass : statement.getDataClassesList()) {
        dataClass(DataClass.parseFrom(dataClass));
      }
      for (ByteString key : statement.getKeysList()) {
        key(KmsKey.parseFrom(key));
      }
      statement.getRemovedPrincipalsList().forEach(this::removePrincipal);
      for (ByteString principal : statement.getPrincipalsList()) {
        principal(Principal.parseFrom(principal));
      }
      statement.getRemovedGroupsList().forEach(policy::removeGroup);
      for (ByteString group : statement.getGroupsList()) {
        policy.putGroup(Group.parseFrom(group));
      }
      statement.getRemovedPoliciesList().forEach(policy::remove);
      for (ByteString changed : statement.getPoliciesList()) {
        policy.put(Policy.parseFrom(changed));
      }
      statement.getRemovedQuotasList().forEach(quotas::remove);
      for (ByteString quota : statement.getQuotasList()) {
        quota(Quota.parseFrom(quota));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new SnapshotRejectedException("it is malformed");
    }
    return done();
  }

  /** Makes the changes of {@code changes}. */
  void apply(ChangeSet changes) throws SnapshotRejectedException {
    changes.getDataClassesList().forEach(this::dataClass);
    for (KmsKey key : changes.getKeysList()) {
      key(key);
    }
    changes.getRemovedPrincipalsList().forEach(this::removePrincipal);
    changes.getPrincipalsList().forEach(this::principal);
    changes.getRemovedGroupsList().forEach(policy::removeGroup);
    changes.getGroupsList().forEach(policy::putGroup);
    changes.getRemovedPoliciesList().forEach(policy::remove);
    changes.getPoliciesList().forEach(policy::put);
    changes.getRemovedQuotasList().forEach(quotas::remove);
    changes.getQuotasList().forEach(this::quota);
  }

  /** The one change that touches other objects: every key of the class. */
  private void dataClass(DataClass dataClass) {
    ClassLimits limits = ClassLimits.of(dataClass);
    ClassLimits before = classes.put(dataClass.getName(), limits);
    if (!limits.equals(before)) {
      List<KeyMetadata> ofClass = new ArrayList<>();
      keys.forEachValue(
          key -> {
            if (key.dataClass().equals(dataClass.getName())) {
              ofClass.add(key);
            }
          });
      ofClass.forEach(key -> put(key.with(limits)));
    }
  }

  private void key(KmsKey key) throws SnapshotRejectedException {
    if (key.getId().size() != Uuids.LENGTH) {
      throw new SnapshotRejectedException("a key's id is malformed");
    }
    put(KeyMetadata.of(key, classes.getOrDefault(key.getDataClass(), ClassLimits.NONE)));
  }

  private void put(KeyMetadata metadata) {
    KeyMetadata before = keys.put(metadata.id(), metadata);
    if (before != null && !before.alias().equals(metadata.alias())) {
      aliasesOf(before.tenant()).remove(before.alias());
    }
    aliasesOf(metadata.tenant()).put(metadata.alias(), metadata);
  }

  private PersistentMap.Editor<String, KeyMetadata> aliasesOf(String tenant) {
    return aliasesOf.computeIfAbsent(
        tenant,
        name -> {
          PersistentMap<String, KeyMetadata> before = aliases.get(name);
          return (before == null ? PersistentMap.<String, KeyMetadata>empty() : before).edit();
        });
  }

  private void quota(Quota wire) {
    QuotaLimit limit = QuotaLimit.of(wire);
    quotas.put(limit.id(), limit);
  }

  private void principal(Principal principal) {
    removePrincipal(principal.getId());
    PrincipalMetadata metadata = PrincipalMetadata.of(principal);
    principals.put(metadata.id(), metadata);
    metadata.tokenDigests().forEach(digest -> tokens.put(digest, metadata));
    metadata.spiffeIds().forEach(id -> spiffeIds.put(id, metadata));
  }

  private void removePrincipal(String id) {
    PrincipalMetadata before = principals.remove(id);
    if (before != null) {
      before.tokenDigests().forEach(digest -> remove(tokens, digest, before));
      before.spiffeIds().forEach(spiffeId -> remove(spiffeIds, spiffeId, before));
    }
  }

  /** Unless it is another one's by now: a statement names the last changed first. */
  private static <K> void remove(
      PersistentMap.Editor<K, PrincipalMetadata> all, K key, PrincipalMetadata before) {
    PrincipalMetadata now = all.get(key);
    if (now != null && now.id().equals(before.id())) {
      all.remove(key);
    }
  }

  SnapshotContents done() {
    aliasesOf.forEach((tenant, changed) -> aliases.put(tenant, changed.done()));
    return new SnapshotContents(
        keys.done(),
        aliases.done(),
        principals.done(),
        tokens.done(),
        spiffeIds.done(),
        policy.done(),
        quotas.done(),
        Map.copyOf(classes));
  }
}
