package dev.cofre.controlplane.server.rotation;

import dev.cofre.controlplane.server.lease.EngineTasks;
import dev.cofre.controlplane.server.rotation.UserRotator.Turn;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.UserRotationTable.Figures;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Rotates what is due, on every control plane of a store at once. Thread-safe.
 *
 * <p>Concurrency: one rotation at a time for an engine, {@value #TASKS_MAX} in all, see {@link
 * EngineTasks}.
 */
public final class UserRotationWorker implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(UserRotationWorker.class.getName());
  private static final int ENGINES_MAX = 1_000;
  private static final int TASKS_MAX = 16;
  private static final Duration PERIOD_MAX = Duration.ofSeconds(1);
  private static final Duration FIGURES_EVERY = Duration.ofSeconds(2);

  private final Store store;
  private final UserRotator rotator;
  private final Clock clock;
  private final Duration period;
  private final EngineTasks tasks = new EngineTasks("rotations", 1, TASKS_MAX);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("rotations").daemon().factory());
  private volatile Figures figures = new Figures(0, 0, null);
  private long figuresAtNs = System.nanoTime() - FIGURES_EVERY.toNanos();

  /**
   * Looks every {@code period}, at most every second.
   *
   * @param clock by which rotations are due
   */
  public UserRotationWorker(Store store, UserRotator rotator, Clock clock, Duration period) {
    this.store = store;
    this.rotator = rotator;
    this.clock = clock;
    this.period = period.compareTo(PERIOD_MAX) < 0 ? period : PERIOD_MAX;
  }

  /** Begins. */
  public void start() {
    timer.scheduleWithFixedDelay(this::look, 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      List<UUID> due = store.read(tx -> tx.userRotations().dueEngines(tx.now(), ENGINES_MAX));
      tasks.retain(due);
      due.forEach(engine -> tasks.submit(engine, this::drain));
      if (System.nanoTime() - figuresAtNs >= FIGURES_EVERY.toNanos()) {
        figuresAtNs = System.nanoTime();
        figures = store.read(tx -> tx.userRotations().figures(tx.now()));
      }
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the look for rotations failed; it is tried again", e);
    }
  }

  private boolean drain(UUID engine) {
    Turn turn;
    do {
      turn = rotator.turnOf(engine);
    } while (!tasks.isClosing() && (turn == Turn.PUBLISHED || turn == Turn.FAILED));
    return turn != Turn.AWAY;
  }

  /** The figures, as they were at most some seconds ago. */
  public Figures figures() {
    return figures;
  }

  /** For how many seconds the rotation is overdue that is longest so. */
  public long overdueS() {
    Figures now = figures;
    return now.oldestDue() == null
        ? 0
        : Math.max(0, Duration.between(now.oldestDue(), clock.instant()).toSeconds());
  }

  /** Lets what is at work come to the end of its step. */
  @Override
  public void close() {
    timer.shutdownNow();
    tasks.close();
  }
}
