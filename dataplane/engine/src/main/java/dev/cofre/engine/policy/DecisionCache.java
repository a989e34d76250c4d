package dev.cofre.engine.policy;

import java.util.Arrays;
import java.util.UUID;

/**
 * Decisions of one snapshot revision by (principal, action, key), where a key is asked for by its
 * name or its id. Not thread-safe: one per event loop.
 *
 * <p>It is a table of {@value #SETS} sets of {@value #WAYS} places, in which a newer decision takes
 * an older one's; so it is bounded whatever names are asked for, and a look-up makes no garbage. A
 * thousand pairs in use hardly ever take each other's places.
 *
 * @param <D> what was decided
 */
public final class DecisionCache<D> {
  private static final int WAYS = 4;
  private static final int SETS = 2_048;

  /** The most decisions that are kept. */
  static final int PLACES = WAYS * SETS;

  private final Entry[] entries = new Entry[PLACES];

  /** The hashes of the entries, so that others of a set are not looked at. */
  private final int[] hashes = new int[PLACES];

  private Object revision;
  private int turn;
  private boolean empty = true;

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
      if (!empty) {
        Arrays.fill(entries, null);
        empty = true;
      }
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
    int hash = hash(subject, action, key);
    int set = place(hash);
    for (int i = set; i < set + WAYS; i++) {
      if (hashes[i] == hash) {
        Entry entry = entries[i];
        if (entry != null && entry.isOf(subject, action, key)) {
          return (D) entry.decision;
        }
      }
    }
    return null;
  }

  /** Remembers a decision about a key by its name. */
  public void put(PolicyEvaluator.Subject subject, Action action, String name, D decision) {
    putAny(subject, action, name, decision);
  }

  /** Remembers a decision about a key by its id. */
  public void put(PolicyEvaluator.Subject subject, Action action, UUID id, D decision) {
    putAny(subject, action, id, decision);
  }

  private void putAny(PolicyEvaluator.Subject subject, Action action, Object key, D decision) {
    int hash = hash(subject, action, key);
    int set = place(hash);
    int place = set + (turn++ & WAYS - 1);
    for (int i = set + WAYS - 1; i >= set; i--) {
      Entry entry = entries[i];
      if (entry == null || (hashes[i] == hash && entry.isOf(subject, action, key))) {
        place = i;
      }
    }
    empty = false;
    hashes[place] = hash;
    entries[place] = new Entry(subject, action, key, decision);
  }

  private static int hash(PolicyEvaluator.Subject subject, Action action, Object key) {
    // By identity, as entries are compared: the subject's id lies elsewhere.
    int hash = 31 * (31 * System.identityHashCode(subject) + action.bit()) + key.hashCode();
    hash *= 0x9e3779b9;
    return hash ^ hash >>> 15;
  }

  /** The first place of the set for {@code hash}. */
  private static int place(int hash) {
    return (hash & SETS - 1) * WAYS;
  }
}
