package dev.cofre.controlplane.server.snapshot;

import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.contract.snapshot.wire.DataClass;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Everything that data planes follow as of one revision, and when each object changed last: the
 * change sets folded together. Not thread-safe.
 */
final class SnapshotState {
  private final Map<Object, Entry<KmsKey>> keys = new LinkedHashMap<>();
  private final Map<Object, Entry<Principal>> principals = new LinkedHashMap<>();
  private final Map<Object, Entry<Policy>> policies = new LinkedHashMap<>();
  private final Map<Object, Entry<DataClass>> dataClasses = new LinkedHashMap<>();
  private final Map<String, Long> removedPrincipals = new HashMap<>();
  private final Map<String, Long> removedPolicies = new HashMap<>();

  private record Entry<T>(T object, long changedAt) {}

  /**
   * Folds {@code changes} in.
   *
   * @param complete gives a key what is not in change sets
   */
  void apply(ChangeSet changes, UnaryOperator<KmsKey> complete) {
    long revision = changes.getRevision();
    changes
        .getKeysList()
        .forEach(key -> keys.put(key.getId(), new Entry<>(complete.apply(key), revision)));
    changes
        .getPrincipalsList()
        .forEach(
            principal -> {
              principals.put(principal.getId(), new Entry<>(principal, revision));
              removedPrincipals.remove(principal.getId());
            });
    changes
        .getPoliciesList()
        .forEach(
            policy -> {
              policies.put(policy.getId(), new Entry<>(policy, revision));
              removedPolicies.remove(policy.getId());
            });
    changes
        .getDataClassesList()
        .forEach(
            dataClass -> dataClasses.put(dataClass.getName(), new Entry<>(dataClass, revision)));
    for (String id : changes.getRemovedPrincipalsList()) {
      principals.remove(id);
      removedPrincipals.put(id, revision);
    }
    for (String id : changes.getRemovedPoliciesList()) {
      policies.remove(id);
      removedPolicies.put(id, revision);
    }
  }

  /** Adds all that changed after {@code from}; everything there is when that is 0. */
  void addTo(Statement.Builder statement, long from) {
    for (Entry<KmsKey> key : keys.values()) {
      if (key.changedAt > from) {
        statement.addKeys(key.object);
      }
    }
    for (Entry<Principal> principal : principals.values()) {
      if (principal.changedAt > from) {
        statement.addPrincipals(principal.object);
      }
    }
    for (Entry<Policy> policy : policies.values()) {
      if (policy.changedAt > from) {
        statement.addPolicies(policy.object);
      }
    }
    for (Entry<DataClass> dataClass : dataClasses.values()) {
      if (dataClass.changedAt > from) {
        statement.addDataClasses(dataClass.object);
      }
    }
    if (from > 0) {
      removedPrincipals.forEach(
          (id, revision) -> {
            if (revision > from) {
              statement.addRemovedPrincipals(id);
            }
          });
      removedPolicies.forEach(
          (id, revision) -> {
            if (revision > from) {
              statement.addRemovedPolicies(id);
            }
          });
    }
  }
}
