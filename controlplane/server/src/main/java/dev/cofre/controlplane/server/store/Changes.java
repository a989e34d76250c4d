package dev.cofre.controlplane.server.store;

import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.contract.snapshot.wire.DataClass;
import dev.cofre.contract.snapshot.wire.Group;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Quota;
import dev.cofre.controlplane.domain.DataClassRules;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a transaction changes of that which data planes follow; the last word on each object. */
final class Changes {
  private final Map<String, KmsKey> keys = new LinkedHashMap<>();
  private final Map<String, Principal> principals = new LinkedHashMap<>();
  private final Map<String, Policy> policies = new LinkedHashMap<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Set<String> removedPolicies = new LinkedHashSet<>();
  private final Set<String> removedPrincipals = new LinkedHashSet<>();
  private final Set<String> removedGroups = new LinkedHashSet<>();
  private final Map<String, DataClass> dataClasses = new LinkedHashMap<>();
  private final Map<String, Quota> quotas = new LinkedHashMap<>();
  private final Set<String> removedQuotas = new LinkedHashSet<>();

  void key(dev.cofre.controlplane.domain.KmsKey key) {
    keys.put(key.id().toString(), WireForm.of(key));
  }

  void principal(Principal principal) {
    principals.put(principal.getId(), principal);
    removedPrincipals.remove(principal.getId());
  }

  void removedPrincipal(String id) {
    principals.remove(id);
    removedPrincipals.add(id);
  }

  void group(dev.cofre.controlplane.domain.Group group) {
    groups.put(group.id(), WireForm.of(group));
    removedGroups.remove(group.id());
  }

  void removedGroup(String id) {
    groups.remove(id);
    removedGroups.add(id);
  }

  void policy(dev.cofre.controlplane.domain.Policy policy) {
    policies.put(policy.id().toString(), PolicyWire.of(policy));
    removedPolicies.remove(policy.id().toString());
  }

  void removedPolicy(String id) {
    policies.remove(id);
    removedPolicies.add(id);
  }

  void quota(dev.cofre.controlplane.domain.Quota quota) {
    quotas.put(quota.id(), WireForm.of(quota));
    removedQuotas.remove(quota.id());
  }

  void removedQuota(String id) {
    quotas.remove(id);
    removedQuotas.add(id);
  }

  void dataClass(DataClassRules rules) {
    dataClasses.put(rules.dataClass().wireName(), WireForm.of(rules));
  }

  /** As revision {@code revision}, unless nothing was changed. */
  Optional<ChangeSet> toChangeSet(long revision) {
    ChangeSet.Builder changes =
        ChangeSet.newBuilder()
            .addAllKeys(keys.values())
            .addAllPrincipals(principals.values())
            .addAllPolicies(policies.values())
            .addAllGroups(groups.values())
            .addAllRemovedPrincipals(removedPrincipals)
            .addAllRemovedPolicies(removedPolicies)
            .addAllRemovedGroups(removedGroups)
            .addAllDataClasses(dataClasses.values())
            .addAllQuotas(quotas.values())
            .addAllRemovedQuotas(removedQuotas);
    return changes.build().equals(ChangeSet.getDefaultInstance())
        ? Optional.empty()
        : Optional.of(changes.setRevision(revision).build());
  }
}
