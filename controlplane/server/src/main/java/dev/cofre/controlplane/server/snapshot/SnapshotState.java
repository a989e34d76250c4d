package dev.cofre.controlplane.server.snapshot;

import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.contract.snapshot.wire.DataClass;
import dev.cofre.contract.snapshot.wire.Group;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Quota;
import dev.cofre.contract.snapshot.wire.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Everything that data planes follow as of one revision, and when each object changed last: the
 * change sets folded together. Not thread-safe.
 *
 * <p>Each kind stands in the order of its changes, so that what changed since a revision is found
 * from the end, in time that depends on the changes alone.
 */
final class SnapshotState {
  private final Kind<KmsKey> keys = new Kind<>();
  private final Kind<Principal> principals = new Kind<>();
  private final Kind<Policy> policies = new Kind<>();
  private final Kind<Group> groups = new Kind<>();
  private final Kind<DataClass> dataClasses = new Kind<>();
  private final Kind<Quota> quotas = new Kind<>();

  /** The objects of one kind, the last changed at the end. */
  private static final class Kind<T> {
    private final SequencedMap<Object, Entry<T>> present = new LinkedHashMap<>();
    private final SequencedMap<String, Entry<String>> removed = new LinkedHashMap<>();

    void put(Object id, T object, long revision) {
      present.putLast(id, new Entry<>(object, revision));
      removed.remove(id);
    }

    void remove(String id, long revision) {
      present.remove(id);
      removed.putLast(id, new Entry<>(id, revision));
    }

    void since(long from, Consumer<T> changed, Consumer<String> gone) {
      since(present, from, changed);
      if (from > 0) {
        since(removed, from, gone);
      }
    }

    private static <K, V> void since(
        SequencedMap<K, Entry<V>> entries, long from, Consumer<V> action) {
      for (Map.Entry<K, Entry<V>> entry : entries.sequencedEntrySet().reversed()) {
        if (entry.getValue().changedAt <= from) {
          return;
        }
        action.accept(entry.getValue().object);
      }
    }
  }

  private record Entry<T>(T object, long changedAt) {}

  /**
   * Folds {@code changes} in.
   *
   * @param complete gives a key what is not in change sets
   */
  void apply(ChangeSet changes, UnaryOperator<KmsKey> complete) {
    long revision = changes.getRevision();
    changes.getKeysList().forEach(key -> keys.put(key.getId(), complete.apply(key), revision));
    changes
        .getDataClassesList()
        .forEach(dataClass -> dataClasses.put(dataClass.getName(), dataClass, revision));
    changes.getRemovedPrincipalsList().forEach(id -> principals.remove(id, revision));
    changes.getPrincipalsList().forEach(one -> principals.put(one.getId(), one, revision));
    changes.getRemovedGroupsList().forEach(id -> groups.remove(id, revision));
    changes.getGroupsList().forEach(group -> groups.put(group.getId(), group, revision));
    changes.getRemovedPoliciesList().forEach(id -> policies.remove(id, revision));
    changes.getRemovedQuotasList().forEach(id -> quotas.remove(id, revision));
    changes
        .getQuotasList()
        .forEach(one -> quotas.put(one.getTenant() + "/" + one.getPrincipal(), one, revision));
    changes.getPoliciesList().forEach(policy -> policies.put(policy.getId(), policy, revision));
  }

  /** Adds all that changed after {@code from}; everything there is when that is 0. */
  void addTo(Statement.Builder statement, long from) {
    keys.since(from, statement::addKeys, gone -> {});
    principals.since(from, statement::addPrincipals, statement::addRemovedPrincipals);
    groups.since(from, statement::addGroups, statement::addRemovedGroups);
    policies.since(from, statement::addPolicies, statement::addRemovedPolicies);
    quotas.since(from, statement::addQuotas, statement::addRemovedQuotas);
    dataClasses.since(from, statement::addDataClasses, gone -> {});
  }
}
