package dev.cofre.controlplane.server;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.keys.KeyLifecycle;
import dev.cofre.controlplane.server.keys.Reconciliation;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What a control plane does by itself, again and again: it says that it is alive, finds out which
 * others are dead, and takes up what they, or an earlier failure of its own, left undone.
 *
 * <p>An instance is dead when the list of control planes does not hold it. It is taken off the list
 * when it stops, when its node starts anew, or when it was silent for {@value #SILENT_S} s by the
 * database's clock. One that was only slow is not harmed: what it still does is undone by the row
 * that it finds given up or claimed by another, and it enters itself again. Nobody judges others
 * who has not reached the database for that long without a break.
 */
final class Upkeep implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
  private static final long PERIOD_MS = 1_000;
  private static final int SILENT_S = 10;
  private static final long CLOSE_MS = 10_000;
  private static final int TURNS_TO_FORGET = 60;

  private final Store store;
  private final String instance;
  private final String node;
  private final Reconciliation reconciliation;
  private final KeyLifecycle lifecycle;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("upkeep").daemon().factory());
  private long reachedSinceNs;
  private boolean reached;
  private int turns;

  Upkeep(
      Store store,
      String instance,
      String node,
      Reconciliation reconciliation,
      KeyLifecycle lifecycle) {
    this.store = store;
    this.instance = instance;
    this.node = node;
    this.reconciliation = reconciliation;
    this.lifecycle = lifecycle;
  }

  /** Enters this instance, then takes up what dead ones left. Before the first request. */
  void enter() {
    List<String> dead =
        store.change(
            tx -> {
              tx.controlPlanes().seen(instance, node);
              List<String> before =
                  store.isShared()
                      ? tx.controlPlanes().predecessors(instance, node)
                      : tx.controlPlanes().others(instance);
              before.forEach(tx.controlPlanes()::remove);
              return before;
            });
    if (!dead.isEmpty()) {
      LOG.log(Level.INFO, "this node was not stopped in order; taking up what it left");
    }
    reconciliation.removeHalfMade();
  }

  /**
   * Begins; {@code approvals} takes up what was approved, {@code nodes} forgets data planes that
   * are long gone.
   */
  void start(Runnable approvals, Runnable nodes) {
    timer.scheduleWithFixedDelay(() -> turn(approvals, nodes), 0, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  private void turn(Runnable approvals, Runnable nodes) {
    try {
      store.note(
          tx -> {
            tx.controlPlanes().seen(instance, node);
            return null;
          });
      judge();
      reconciliation.removeHalfMade();
      lifecycle.undoLeftOver();
      approvals.run();
      if (turns++ % TURNS_TO_FORGET == 0) {
        nodes.run();
      }
    } catch (StoreException e) {
      reached = false;
      LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
    } catch (HsmException | ProblemException e) {
      LOG.log(Level.DEBUG, "something is left for the next turn", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the upkeep failed; it is tried again", e);
    }
  }

  private void judge() {
    long now = System.nanoTime();
    if (!reached) {
      reached = true;
      reachedSinceNs = now;
    }
    if (now - reachedSinceNs < TimeUnit.SECONDS.toNanos(SILENT_S)) {
      return;
    }
    for (String silent : store.read(tx -> tx.controlPlanes().silent(instance, SILENT_S))) {
      store.change(
          tx -> {
            tx.controlPlanes().removeSilent(silent, SILENT_S);
            return null;
          });
      LOG.log(Level.WARNING, "the control plane {0} is gone; taking up what it left", silent);
    }
  }

  /** Stops, and takes this instance off the list: nothing of it is at work any more. */
  @Override
  public void close() {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "the upkeep still runs at the stop");
      }
      store.note(
          tx -> {
            tx.controlPlanes().remove(instance);
            return null;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "the store does not answer; others find out by themselves", e);
    }
  }
}
