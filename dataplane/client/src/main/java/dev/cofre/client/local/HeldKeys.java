package dev.cofre.client.local;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The data keys that are held, by what they are for, at most so many; one question to the service
 * for each, however many wait for it. Thread-safe.
 */
final class HeldKeys {
  private final Map<ByteBuffer, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private static final int TRIES = 3;

  private final int max;
  private boolean closed;

  private static final class Entry {
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile HeldKey key;
    private volatile CompletableFuture<HeldKey> coming;

    /** No longer among the entries: what comes for it is not kept. */
    private boolean dropped;
  }

  HeldKeys(int max) {
    this.max = max;
  }

  /**
   * A key for {@code what}, held for the caller, who releases it.
   *
   * @param ask asks the service for one
   */
  CompletableFuture<HeldKey> get(byte[] what, Supplier<CompletableFuture<HeldKey>> ask) {
    return get(what, ask, TRIES);
  }

  private CompletableFuture<HeldKey> get(
      byte[] what, Supplier<CompletableFuture<HeldKey>> ask, int tries) {
    Entry entry = entry(what);
    HeldKey key = entry.key;
    long nowNs = System.nanoTime();
    if (key != null && key.isAlive(nowNs) && key.hold()) {
      if (key.isAgeing(nowNs) && entry.renewing.compareAndSet(false, true)) {
        ask(entry, ask);
      }
      return CompletableFuture.completedFuture(key);
    }
    // It may be given up between its coming and its use: then the next one is asked for.
    return coming(entry, ask)
        .thenCompose(
            made ->
                made.hold()
                    ? CompletableFuture.completedFuture(made)
                    : tries > 1
                        ? get(what, ask, tries - 1)
                        : CompletableFuture.failedFuture(
                            new CofreException(Kind.LOCAL, "the data key was given up")));
  }

  /** {@code key} has no use left for {@code what}: the next one is asked for. */
  void spent(byte[] what, HeldKey key) {
    Entry entry = entry(what);
    synchronized (entry) {
      if (entry.key == key) {
        entry.key = null;
        key.release();
      }
    }
  }

  private CompletableFuture<HeldKey> coming(Entry entry, Supplier<CompletableFuture<HeldKey>> ask) {
    CompletableFuture<HeldKey> mine;
    synchronized (entry) {
      if (entry.coming != null) {
        return entry.coming;
      }
      mine = new CompletableFuture<>();
      entry.coming = mine;
    }
    ask(entry, ask)
        .whenComplete(
            (key, failure) -> {
              synchronized (entry) {
                entry.coming = null;
              }
              if (failure == null) {
                mine.complete(key);
              } else {
                mine.completeExceptionally(failure);
              }
            });
    return mine;
  }

  private CompletableFuture<HeldKey> ask(Entry entry, Supplier<CompletableFuture<HeldKey>> ask) {
    return ask.get()
        .whenComplete(
            (key, failure) -> {
              entry.renewing.set(false);
              if (failure == null) {
                put(entry, key);
              }
            });
  }

  private static void put(Entry entry, HeldKey key) {
    HeldKey over;
    synchronized (entry) {
      over = entry.dropped ? key : entry.key;
      entry.key = entry.dropped ? null : key;
    }
    if (over != null) {
      over.release();
    }
  }

  /** Keeps {@code key} for {@code what}, which others may then use too. */
  void put(byte[] what, HeldKey key) {
    if (key.hold()) {
      put(entry(what), key);
    }
  }

  private Entry entry(byte[] what) {
    Entry eldest = null;
    Entry entry;
    synchronized (entries) {
      entry = entries.computeIfAbsent(ByteBuffer.wrap(what), absent -> new Entry());
      entry.dropped = closed;
      if (entries.size() > max) {
        ByteBuffer first = entries.keySet().iterator().next();
        eldest = entries.remove(first);
      }
    }
    if (eldest != null) {
      drop(eldest);
    }
    return entry;
  }

  private static void drop(Entry entry) {
    HeldKey key;
    synchronized (entry) {
      entry.dropped = true;
      key = entry.key;
      entry.key = null;
    }
    if (key != null) {
      key.release();
    }
  }

  /** Overwrites those whose time is over. */
  void sweep(long nowNs) {
    List<Entry> over = new ArrayList<>();
    synchronized (entries) {
      entries
          .values()
          .removeIf(
              entry -> {
                HeldKey key = entry.key;
                boolean end = key != null && !key.isAlive(nowNs);
                return end && over.add(entry);
              });
    }
    over.forEach(HeldKeys::drop);
  }

  /** Overwrites all; what comes later is overwritten at once. */
  void close() {
    List<Entry> all;
    synchronized (entries) {
      closed = true;
      all = new ArrayList<>(entries.values());
      entries.clear();
    }
    all.forEach(HeldKeys::drop);
  }
}
