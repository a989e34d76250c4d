package dev.cofre.controlplane.server.enforce;

import dev.cofre.controlplane.server.store.NodeTable;
import dev.cofre.controlplane.server.store.SnapshotHead;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Waits until changes are in force on every node. Thread-safe; never blocks its callers.
 *
 * <p>It reads what nodes have acknowledged from the store, whichever control plane they ask, and
 * only while somebody waits.
 *
 * <p>Concurrency: waits are registered by any thread and looked at by one.
 */
public final class EnforcementWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EnforcementWatch.class.getName());
  private static final long PERIOD_MS = 50;
  private static final int WAITING_MAX = 1_000;

  private final Store store;
  private final List<Waiting> waiting = new ArrayList<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("enforcement-watch").daemon().factory());
  private boolean looking;
  private boolean closed;

  /** Reads {@code store}. */
  public EnforcementWatch(Store store) {
    this.store = store;
  }

  /** What the store says. */
  private record Seen(SnapshotHead head, List<NodeTable.Node> nodes, Instant at) {}

  /**
   * Waits until all that is committed by now is in force on every node, at most {@code limitMs}.
   *
   * @return completes with how far it is; never fails; at once, without a look, when too many wait
   */
  public CompletableFuture<Enforced> await(long limitMs) {
    return await(null, limitMs);
  }

  /** The same for what was committed up to {@code head}. */
  public CompletableFuture<Enforced> await(SnapshotHead head, long limitMs) {
    Waiting one = new Waiting(head, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs));
    synchronized (this) {
      if (closed || waiting.size() >= WAITING_MAX) {
        one.end();
        return one.done;
      }
      waiting.add(one);
      if (!looking) {
        looking = true;
        timer.execute(this::look);
      }
    }
    return one.done;
  }

  private void look() {
    List<Waiting> all;
    synchronized (this) {
      all = List.copyOf(waiting);
    }
    try {
      Seen seen =
          store.read(
              tx -> {
                List<NodeTable.Node> nodes = tx.nodes().all();
                SnapshotHead head = tx.revisions().head();
                return new Seen(head, nodes, nodes.isEmpty() ? tx.now() : nodes.getFirst().now());
              });
      all.forEach(one -> one.look(seen.head, seen.nodes, seen.at));
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "what nodes have acknowledged cannot be read", e);
    }
    long now = System.nanoTime();
    List<Waiting> over =
        all.stream().filter(one -> one.isComplete() || one.deadlineNs - now <= 0).toList();
    synchronized (this) {
      waiting.removeAll(over);
      looking = !waiting.isEmpty() && !closed;
      if (looking) {
        timer.schedule(this::look, PERIOD_MS, TimeUnit.MILLISECONDS);
      }
    }
    over.forEach(Waiting::end);
  }

  /** How many wait. */
  public synchronized int size() {
    return waiting.size();
  }

  /** Ends all waits with what was seen last. */
  @Override
  public void close() {
    List<Waiting> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(waiting);
      waiting.clear();
    }
    timer.shutdownNow();
    left.forEach(Waiting::end);
  }
}
