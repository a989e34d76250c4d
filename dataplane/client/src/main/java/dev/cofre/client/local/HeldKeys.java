package dev.cofre.client.local;

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
  private final int max;
  private boolean closed;

  private static final class Entry {
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile HeldKey key;
    private volatile CompletableFuture<HeldKey> coming;
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
    Entry entry = entry(what);
    HeldKey key = entry.key;
    long nowNs = System.nanoTime();
    if (key != null && key.isAlive(nowNs) && key.hold()) {
      if (key.isAgeing(nowNs) && entry.renewing.compareAndSet(false, true)) {
        ask(entry, ask);
      }
      return CompletableFuture.completedFuture(key);
    }
    return coming(entry, ask)
        .thenCompose(
            made ->
                made.hold()
                    ? CompletableFuture.completedFuture(made)
                    : CompletableFuture.failedFuture(
                        new IllegalStateException("the data key was given up")));
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

  private void put(Entry entry, HeldKey key) {
    HeldKey before;
    synchronized (entry) {
      before = entry.key;
      entry.key = key;
    }
    if (before != null) {
      before.release();
    }
    if (isClosed()) {
      drop(entry);
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
      key = entry.key;
      entry.key = null;
    }
    if (key != null) {
      key.release();
    }
  }

  private boolean isClosed() {
    synchronized (entries) {
      return closed;
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
                if (end) {
                  over.add(entry);
                }
                return end || (key == null && entry.coming == null && !entry.renewing.get());
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
