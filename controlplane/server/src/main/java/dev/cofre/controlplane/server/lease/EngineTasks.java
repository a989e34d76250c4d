package dev.cofre.controlplane.server.lease;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.store.StoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Work that waits for engines' systems. Thread-safe.
 *
 * <p>Concurrency: at most {@code ofEngineMax} tasks for an engine and {@code tasksMax} in all, each
 * on a virtual thread, so a system that does not answer holds up its own work alone. One that did
 * not answer is let alone for up to 15 s, by the process's own clock.
 */
public final class EngineTasks implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EngineTasks.class.getName());
  private static final int CLOSE_S = 10;

  private final String what;
  private final int ofEngineMax;
  private final int tasksMax;
  private final Map<UUID, Load> loads = new ConcurrentHashMap<>();
  private final ExecutorService tasks;
  private volatile boolean closing;

  /** Of what is called {@code what} in the log: "leases". */
  public EngineTasks(String what, int ofEngineMax, int tasksMax) {
    this.what = what;
    this.ofEngineMax = ofEngineMax;
    this.tasksMax = tasksMax;
    this.tasks =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(what + '-', 0).factory());
  }

  /** A piece of work with the system of an engine. */
  @FunctionalInterface
  public interface Work {
    /** Does it; whether the system answered. */
    boolean run(UUID engine);
  }

  /** What one engine has at work here, and since when it is let alone. Guarded by itself. */
  private static final class Load {
    private int tasks;
    private int failures;
    private long notBeforeNs = System.nanoTime();

    synchronized boolean enter(int tasksMax) {
      if (tasks >= tasksMax || System.nanoTime() - notBeforeNs < 0) {
        return false;
      }
      tasks++;
      return true;
    }

    synchronized void leave() {
      tasks--;
    }

    synchronized void answered(boolean reached) {
      if (reached) {
        failures = 0;
        return;
      }
      Duration wait = RetryTimes.AWAY.after(failures++, ThreadLocalRandom.current());
      notBeforeNs = System.nanoTime() + wait.toNanos();
    }

    synchronized boolean isAway() {
      return failures > 0;
    }

    synchronized boolean isIdle() {
      return tasks == 0 && failures == 0;
    }

    synchronized int tasks() {
      return tasks;
    }
  }

  /** Does {@code work} for {@code engine}, unless there is no room for it now. */
  public void submit(UUID engine, Work work) {
    Load load = loads.computeIfAbsent(engine, id -> new Load());
    if (closing || isFull() || !load.enter(ofEngineMax)) {
      return;
    }
    try {
      tasks.execute(() -> run(engine, work, load));
    } catch (RuntimeException e) {
      load.leave();
      throw e;
    }
  }

  /** Whether there is no place for another engine's work: what takes long is to make some. */
  public boolean isFull() {
    return loads.values().stream().mapToInt(Load::tasks).sum() >= tasksMax;
  }

  private void run(UUID engine, Work work, Load load) {
    try {
      load.answered(work.run(engine));
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "the store does not answer; " + what + " go on later", e);
    } catch (ProblemException | CompletionException e) {
      load.answered(false);
      LOG.log(Level.WARNING, what + " go on later: {0}", e.getMessage());
    } catch (RuntimeException e) {
      load.answered(false);
      LOG.log(Level.ERROR, "the work on " + what + " failed; it is tried again", e);
    } finally {
      load.leave();
    }
  }

  /** Forgets engines that are not of {@code due} and have nothing at work. */
  public void retain(Collection<UUID> due) {
    loads.entrySet().removeIf(entry -> entry.getValue().isIdle() && !due.contains(entry.getKey()));
  }

  /** How many systems did not answer when this process asked them last. */
  public int away() {
    return (int) loads.values().stream().filter(Load::isAway).count();
  }

  /** Whether what takes long is to end early. */
  public boolean isClosing() {
    return closing;
  }

  /** Lets what is at work come to the end of its step. */
  @Override
  public void close() {
    closing = true;
    tasks.shutdown();
    try {
      if (!tasks.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
        tasks.shutdownNow();
      }
    } catch (InterruptedException e) {
      tasks.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
