package dev.cofre.engine.policy;

import java.util.Arrays;
import java.util.UUID;

/**
 * Decisions of one snapshot revision by (principal, action, key), where a key is asked for by its
 * name or its id. Not thread-safe: one per event loop.
 *
 * <p>It is a table of {@value #PLACES} places, in which a newer decision takes an older one's; so
 * it is bounded whatever names are asked for, and a look-up makes no garbage.
 *
 * @param <D> what was decided
 */
public final class DecisionCache<D> {
  private static final int PLACES = 1_024;

  private final Entry[] entries = new Entry[PLACES];
  private Object revision;

  private record Entry(
      PolicyEvaluator.Subject subject, Action action, Object key, Object decision) {
    /** Another object with the same id is of another revision, whose decisions may differ. */
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(PolicyEvaluator.Subject subject, Action action, Object key) {
      return this.subject == subject && this.action == action && this.key.equals(key);
    }
  }

  /** Forgets all when {@code revision} is another object than last time. */
  @SuppressWarnings("ReferenceEquality") // a revision is one object
  public void follow(Object revision) {
    if (this.revision != revision) {
      Arrays.fill(entries, null);
      this.revision = revision;
    }
  }

  /** What was decided, or null. */
  public D get(PolicyEvaluator.Subject subject, Action action, String name) {
    return find(subject, action, name);
  }

  /** What was decided, or null. */
  public D get(PolicyEvaluator.Subject subject, Action action, UUID id) {
    return find(subject, action, id);
  }

  @SuppressWarnings("unchecked") // put() takes nothing but D
  private D find(PolicyEvaluator.Subject subject, Action action, Object key) {
    Entry entry = entries[place(subject, action, key)];
    return entry != null && entry.isOf(subject, action, key) ? (D) entry.decision : null;
  }

  /** Remembers a decision about a key by its name. */
  public void put(PolicyEvaluator.Subject subject, Action action, String name, D decision) {
    entries[place(subject, action, name)] = new Entry(subject, action, name, decision);
  }

  /** Remembers a decision about a key by its id. */
  public void put(PolicyEvaluator.Subject subject, Action action, UUID id, D decision) {
    entries[place(subject, action, id)] = new Entry(subject, action, id, decision);
  }

  private static int place(PolicyEvaluator.Subject subject, Action action, Object key) {
    int hash = 31 * (31 * subject.id().hashCode() + action.text().hashCode()) + key.hashCode();
    return (hash ^ hash >>> 16) & PLACES - 1;
  }
}
