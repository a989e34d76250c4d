package dev.cofre.controlplane.server.lease;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.schedule.SystemAudit;
import dev.cofre.controlplane.server.store.LeaseTable.Figures;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Sees to it that credentials go when their time has come, on every control plane of a store at
 * once: each takes what is due by few. Thread-safe.
 *
 * <p>Concurrency: one look at a time for engines with something due; then at most {@value
 * #ENGINE_TASKS_MAX} tasks for an engine and {@value #TASKS_MAX} in all, each on a virtual thread,
 * so a system that does not answer holds up its own credentials alone. One that did not answer is
 * let alone for up to 15 s, by the process's own clock.
 */
public final class LeaseWorker implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LeaseWorker.class.getName());
  private static final int ENGINES_MAX = 1_000;
  private static final int ENGINE_TASKS_MAX = 2;
  private static final int TASKS_MAX = 64;
  private static final Duration PERIOD_MAX = Duration.ofSeconds(1);
  private static final Duration FIGURES_EVERY = Duration.ofSeconds(5);
  private static final Duration KEPT = Duration.ofDays(30);
  private static final int FORGET_MAX = 1_000;
  private static final int CLOSE_S = 10;

  private final Store store;
  private final RootLogin roots;
  private final LeaseBatch batch;
  private final Clock clock;
  private final Duration period;
  private final Map<UUID, Load> loads = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("leases").daemon().factory());
  private final ExecutorService tasks =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("lease-", 0).factory());
  private volatile boolean closing;
  private volatile Figures figures = new Figures(0, 0, 0, null);
  private long figuresAtNs = System.nanoTime() - FIGURES_EVERY.toNanos();

  /** What one engine has at work here, and since when it is let alone. Guarded by itself. */
  private static final class Load {
    private int tasks;
    private int failures;
    private long notBeforeNs = System.nanoTime();

    synchronized boolean enter() {
      if (tasks >= ENGINE_TASKS_MAX || System.nanoTime() - notBeforeNs < 0) {
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
  }

  /**
   * Looks every {@code period}, at most every second.
   *
   * @param clock by which leases end
   */
  public LeaseWorker(
      Store store, RootLogin roots, SystemAudit audit, Clock clock, Duration period) {
    this.store = store;
    this.roots = roots;
    this.batch = new LeaseBatch(store, roots, audit);
    this.clock = clock;
    this.period = period.compareTo(PERIOD_MAX) < 0 ? period : PERIOD_MAX;
  }

  /** Begins. */
  public void start() {
    timer.scheduleWithFixedDelay(this::look, 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      List<UUID> due = store.read(tx -> tx.leases().dueEngines(tx.now(), ENGINES_MAX));
      loads
          .entrySet()
          .removeIf(entry -> entry.getValue().isIdle() && !due.contains(entry.getKey()));
      due.forEach(engine -> submit(engine, this::drain));
      List<UUID> rotating = store.read(tx -> tx.engines().rotating(ENGINES_MAX));
      rotating.forEach(engine -> submit(engine, this::endRotation));
      tidy();
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the look for leases failed; it is tried again", e);
    }
  }

  private void tidy() {
    long now = System.nanoTime();
    if (now - figuresAtNs < FIGURES_EVERY.toNanos()) {
      return;
    }
    figuresAtNs = now;
    figures = store.read(tx -> tx.leases().figures());
    store.note(tx -> tx.leases().forget(tx.now().minus(KEPT), FORGET_MAX));
  }

  private int running() {
    return loads.values().stream()
        .mapToInt(
            load -> {
              synchronized (load) {
                return load.tasks;
              }
            })
        .sum();
  }

  private void submit(UUID engine, BiConsumer<UUID, Load> work) {
    Load load = loads.computeIfAbsent(engine, id -> new Load());
    if (closing || running() >= TASKS_MAX || !load.enter()) {
      return;
    }
    try {
      tasks.execute(
          () -> {
            try {
              work.accept(engine, load);
            } catch (StoreException e) {
              LOG.log(Level.DEBUG, "the store does not answer; leases go on later", e);
            } catch (ProblemException | CompletionException e) {
              load.answered(false);
              LOG.log(Level.WARNING, "leases go on later: {0}", e.getMessage());
            } catch (RuntimeException e) {
              load.answered(false);
              LOG.log(Level.ERROR, "the work on leases failed; it is tried again", e);
            } finally {
              load.leave();
            }
          });
    } catch (RuntimeException e) {
      load.leave();
      throw e;
    }
  }

  private void drain(UUID engine, Load load) {
    LeaseBatch.Result result;
    do {
      result = batch.run(engine);
      load.answered(result.reached());
    } while (!closing && result.taken() > 0 && result.reached());
  }

  private void endRotation(UUID engine, Load load) {
    try (Session session = roots.open(engine)) {
      session.requireRights();
      load.answered(true);
    } catch (TargetException | ProblemException | HsmException e) {
      load.answered(false);
      LOG.log(
          Level.WARNING,
          "the rotation of the root user of the engine {0} goes on later: {1}",
          engine,
          e.getMessage());
    }
  }

  /** The figures, as they were at most some seconds ago. */
  public Figures figures() {
    return figures;
  }

  /** For how many seconds the credential is overdue that is longest so. */
  public long overdueS() {
    Figures now = figures;
    return now.oldestDue() == null
        ? 0
        : Math.max(0, Duration.between(now.oldestDue(), clock.instant()).toSeconds());
  }

  /** How many systems did not answer when this process asked them last. */
  public int enginesAway() {
    return (int) loads.values().stream().filter(Load::isAway).count();
  }

  /** Lets what is at work come to the end of its step. */
  @Override
  public void close() {
    closing = true;
    timer.shutdownNow();
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
