package dev.cofre.engine.policy;

import dev.cofre.engine.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Statements by one thing that they name. Immutable; its editor gathers changes, so that a thousand
 * statements that name one thing cost one array.
 */
final class PolicyIndex {
  static final PolicyIndex NONE = new PolicyIndex(PersistentMap.empty());
  private static final CompiledStatement[] NOTHING = {};

  private final PersistentMap<Object, CompiledStatement[]> statements;

  private PolicyIndex(PersistentMap<Object, CompiledStatement[]> statements) {
    this.statements = statements;
  }

  /** With its hash code first: of other names, which stand around, nothing else is looked at. */
  private record Name(int hash, String tenant, String name) {
    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** A name within a tenant, as one key. */
  static Object key(String tenant, String name) {
    return new Name(31 * tenant.hashCode() + name.hashCode(), tenant, name);
  }

  /** Parts that hold no NUL, as one key. */
  static Object key(String tenant, String environment, String... parts) {
    return tenant + "\0" + environment + "\0" + String.join("\0", parts);
  }

  /** The statements that name {@code key}; not to be written to. */
  CompiledStatement[] get(Object key) {
    CompiledStatement[] found = statements.get(key);
    return found == null ? NOTHING : found;
  }

  boolean isEmpty() {
    return statements.size() == 0;
  }

  Editor edit() {
    return new Editor(this);
  }

  /** Not thread-safe. */
  static final class Editor {
    private final PolicyIndex before;
    private final Map<Object, List<CompiledStatement>> changed = new HashMap<>();

    private Editor(PolicyIndex before) {
      this.before = before;
    }

    void add(Object key, CompiledStatement statement) {
      list(key).add(statement);
    }

    void remove(Object key, CompiledStatement statement) {
      list(key).remove(statement);
    }

    private List<CompiledStatement> list(Object key) {
      return changed.computeIfAbsent(key, k -> new ArrayList<>(Arrays.asList(before.get(k))));
    }

    PolicyIndex done() {
      if (changed.isEmpty()) {
        return before;
      }
      PersistentMap.Editor<Object, CompiledStatement[]> next = before.statements.edit();
      changed.forEach(
          (key, list) -> {
            if (list.isEmpty()) {
              next.remove(key);
            } else {
              next.put(key, list.toArray(NOTHING));
            }
          });
      return new PolicyIndex(next.done());
    }
  }
}
