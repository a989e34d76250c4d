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
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that credentials go when their time has come, on every control plane of a store at
 * once: each takes what is due by few. Thread-safe.
 *
 * <p>Concurrency: one look at a time for engines with something due; then at most {@value
 * #ENGINE_TASKS_MAX} tasks for an engine and {@value #TASKS_MAX} in all, see {@link EngineTasks}.
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

  private final Store store;
  private final RootLogin roots;
  private final LeaseBatch batch;
  private final Clock clock;
  private final Duration period;
  private final EngineTasks tasks = new EngineTasks("leases", ENGINE_TASKS_MAX, TASKS_MAX);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("leases").daemon().factory());
  private volatile Figures figures = new Figures(0, 0, 0, null);
  private long figuresAtNs = System.nanoTime() - FIGURES_EVERY.toNanos();

  /**
   * Looks every {@code period}, at most every second.
   *
   * @param clock by which leases end
   * @param pace at which what has come to the end of its time is removed
   */
  public LeaseWorker(
      Store store, RootLogin roots, SystemAudit audit, Clock clock, Duration period, Pace pace) {
    this.store = store;
    this.roots = roots;
    this.batch = new LeaseBatch(store, roots, audit, pace);
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
      tasks.retain(due);
      due.forEach(engine -> tasks.submit(engine, this::drain));
      List<UUID> rotating = store.read(tx -> tx.engines().rotating(ENGINES_MAX));
      rotating.forEach(engine -> tasks.submit(engine, this::endRotation));
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

  /** One batch alone while others may wait for a place: the next look gives it who is first. */
  private boolean drain(UUID engine) {
    LeaseBatch.Result result;
    do {
      result = batch.run(engine, tasks::isClosing);
    } while (!tasks.isClosing() && !tasks.isFull() && result.taken() > 0 && result.reached());
    return result.reached();
  }

  private boolean endRotation(UUID engine) {
    try (Session session = roots.open(engine)) {
      session.requireRights();
      return true;
    } catch (TargetException | ProblemException | HsmException e) {
      LOG.log(
          Level.WARNING,
          "the rotation of the root user of the engine {0} goes on later: {1}",
          engine,
          e.getMessage());
      return false;
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

  /** How many credentials this process has removed. */
  public long removed() {
    return batch.removed();
  }

  /** How many systems did not answer when this process asked them last. */
  public int enginesAway() {
    return tasks.away();
  }

  /** Lets what is at work come to the end of its step. */
  @Override
  public void close() {
    timer.shutdownNow();
    tasks.close();
  }
}
