package dev.cofre.engine.persistent;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * An immutable hash map whose next version shares with it all that an {@link Editor} did not touch.
 * Thread-safe: readers need no lock.
 *
 * <p>Memory: two references an entry at a load of one half to three quarters, beside the keys and
 * values; no object for each entry. A change copies the table of shards (one reference for each 48
 * entries) and the shards that it touches. Each shard is a table with open addressing, keys and
 * values by turns.
 *
 * <p>Keys and values are never null; keys keep their {@code hashCode}.
 */
public final class PersistentMap<K, V> {
  private static final int ENTRIES_PER_SHARD = 48;
  private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(new Object[1][], 0);

  /** A power of two of them; one without entries is null. */
  private final Object[][] shards;

  private final int size;

  private PersistentMap(Object[][] shards, int size) {
    this.shards = shards;
    this.size = size;
  }

  /** The map without entries. */
  @SuppressWarnings("unchecked") // it holds nothing
  public static <K, V> PersistentMap<K, V> empty() {
    return (PersistentMap<K, V>) EMPTY;
  }

  /** How many entries. */
  public int size() {
    return size;
  }

  /** What {@code key} leads to, or null. */
  @SuppressWarnings("unchecked") // an Editor puts nothing else in
  public V get(Object key) {
    int hash = spread(key);
    Object[] shard = shards[hash >>> 8 & shards.length - 1];
    if (shard == null) {
      return null;
    }
    int place = find(shard, key, hash);
    return (V) shard[place + 1];
  }

  /** Calls {@code action} with each entry, in no order. */
  @SuppressWarnings("unchecked") // an Editor puts nothing else in
  public void forEach(BiConsumer<? super K, ? super V> action) {
    for (Object[] shard : shards) {
      for (int i = 0; shard != null && i < shard.length; i += 2) {
        if (shard[i] != null) {
          action.accept((K) shard[i], (V) shard[i + 1]);
        }
      }
    }
  }

  /** Calls {@code action} with each value, in no order. */
  public void forEachValue(Consumer<? super V> action) {
    forEach((key, value) -> action.accept(value));
  }

  /** Makes the next version of this map. */
  public Editor<K, V> edit() {
    return new Editor<>(this);
  }

  /** The place of {@code key} in {@code shard}, or the empty one where it would stand. */
  private static int find(Object[] shard, Object key, int hash) {
    int mask = shard.length - 1;
    int place = hash << 1 & mask;
    while (shard[place] != null && !key.equals(shard[place])) {
      place = place + 2 & mask;
    }
    return place;
  }

  /** Murmur3's finalizer: keys with alike hash codes stand apart. */
  private static int spread(Object key) {
    int h = key.hashCode();
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    return h ^ h >>> 16;
  }

  /** Changes to a map, which stays as it is. Not thread-safe. */
  public static final class Editor<K, V> {
    private final PersistentMap<K, V> before;
    private Object[][] shards;

    /** Of each shard that nobody else sees, one more than its entries; of others 0. */
    private int[] own;

    private int size;

    private Editor(PersistentMap<K, V> before) {
      this.before = before;
      this.size = before.size;
    }

    /** What {@code key} leads to now, or null. */
    public V get(K key) {
      return view().get(key);
    }

    /** Calls {@code action} with each value that is in now; it must not change the map. */
    public void forEachValue(Consumer<? super V> action) {
      view().forEachValue(action);
    }

    /** Makes {@code key} lead to {@code value}; the answer is what it led to before, or null. */
    @SuppressWarnings("unchecked") // nothing else was put in
    public V put(K key, V value) {
      own();
      if (size >= shards.length * ENTRIES_PER_SHARD && shards.length < 1 << 24) {
        grow();
      }
      int hash = spread(key);
      int number = hash >>> 8 & shards.length - 1;
      Object[] shard = room(number);
      int place = find(shard, key, hash);
      Object old = shard[place + 1];
      shard[place] = key;
      shard[place + 1] = value;
      if (old == null) {
        size++;
        own[number]++;
      }
      return (V) old;
    }

    /** Removes {@code key}; the answer is what it led to, or null. */
    @SuppressWarnings("unchecked") // nothing else was put in
    public V remove(K key) {
      V old = view().get(key);
      if (old == null) {
        return null;
      }
      own();
      int number = spread(key) >>> 8 & shards.length - 1;
      Object[] without = new Object[shards[number].length];
      Object[] with = shards[number];
      int left = 0;
      for (int i = 0; i < with.length; i += 2) {
        if (with[i] != null && !with[i].equals(key)) {
          insert(without, with[i], with[i + 1]);
          left++;
        }
      }
      shards[number] = left == 0 ? null : without;
      own[number] = left + 1;
      size--;
      return old;
    }

    /** The map with all changes; the editor must not be used any more. */
    public PersistentMap<K, V> done() {
      PersistentMap<K, V> done = view();
      shards = null;
      own = null;
      return done;
    }

    private PersistentMap<K, V> view() {
      return shards == null ? before : new PersistentMap<>(shards, size);
    }

    private void own() {
      if (shards == null) {
        shards = before.shards.clone();
        own = new int[shards.length];
      }
    }

    /** The shard, which nobody else sees, with room for one more entry. */
    private Object[] room(int number) {
      Object[] shard = shards[number];
      if (shard == null) {
        shard = new Object[8];
        own[number] = 1;
      } else if (own[number] == 0) {
        own[number] = entries(shard) + 1;
        shard = shard.clone();
      }
      if (own[number] * 2 > shard.length * 3 / 4) {
        shard = copied(shard, shard.length * 2);
      }
      shards[number] = shard;
      return shard;
    }

    private static int entries(Object[] shard) {
      int entries = 0;
      for (int i = 0; i < shard.length; i += 2) {
        entries += shard[i] == null ? 0 : 1;
      }
      return entries;
    }

    private static Object[] copied(Object[] shard, int length) {
      Object[] copy = new Object[length];
      for (int i = 0; i < shard.length; i += 2) {
        if (shard[i] != null) {
          insert(copy, shard[i], shard[i + 1]);
        }
      }
      return copy;
    }

    private static void insert(Object[] shard, Object key, Object value) {
      int place = find(shard, key, spread(key));
      shard[place] = key;
      shard[place + 1] = value;
    }

    /** Eight times the shards, so that growing costs each entry little. */
    private void grow() {
      Object[][] old = shards;
      shards = new Object[old.length * 8][];
      own = new int[shards.length];
      for (Object[] shard : old) {
        for (int i = 0; shard != null && i < shard.length; i += 2) {
          if (shard[i] != null) {
            int number = spread(shard[i]) >>> 8 & shards.length - 1;
            insert(room(number), shard[i], shard[i + 1]);
            own[number]++;
          }
        }
      }
    }
  }
}
