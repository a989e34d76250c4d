package dev.cofre.controlplane.server.schedule;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.KeyMove;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.audit.AuditDigestKeys;
import dev.cofre.controlplane.server.keys.Destruction;
import dev.cofre.controlplane.server.keys.Imports;
import dev.cofre.controlplane.server.keys.KekMaker;
import dev.cofre.controlplane.server.keys.RotationBatch;
import dev.cofre.controlplane.server.retention.Retention;
import dev.cofre.controlplane.server.signing.InstallationKey;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.x509.Pki;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Runs the jobs, each on one control plane at a time of all that share the store; when that one is
 * killed, another takes over once its heartbeats have stopped. Pacing is by the system's clock;
 * what is due, the jobs ask the store, whose clock is injected.
 */
public final class KeyScheduler implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KeyScheduler.class.getName());
  private static final int BATCH = 50;
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final int MISSED_HEARTBEATS_MAX = 6;
  private static final Duration STOP = Duration.ofSeconds(20);

  /** A run ends after this time; the next one goes on. */
  private static final long RUN_NS_MAX = 60_000_000_000L;

  private final Scheduler scheduler;
  private volatile boolean closing;

  /**
   * What the jobs work with.
   *
   * @param pki issues certificates
   * @param period after how long a job that has ended runs again
   * @param rotationByUseAge younger versions are not replaced for how much they have encrypted
   * @param node the name of this control plane
   * @param instance this process among the control planes of the store
   * @param digestKeys what contexts in audit events are digested with
   * @param retention of the archive of this control plane
   * @param retentionPeriod after how long that looks again
   */
  public record Parts(
      Store store,
      Hsm hsm,
      KekMaker keks,
      Imports imports,
      InstallationKey signing,
      SystemAudit audit,
      Pki pki,
      Duration period,
      Duration rotationByUseAge,
      String node,
      String instance,
      AuditDigestKeys digestKeys,
      Retention retention,
      Duration retentionPeriod) {}

  /** All jobs, not begun. */
  public static KeyScheduler of(Parts parts) {
    return new KeyScheduler(parts.store(), jobs(parts), parts.period(), parts.node());
  }

  private static List<Job> jobs(Parts parts) {
    Store store = parts.store();
    SystemAudit audit = parts.audit();
    Destruction destruction =
        new Destruction(store, parts.hsm(), parts.signing(), audit, parts.node());
    return List.of(
        new StateJob(
            "activate-keys",
            store,
            audit,
            KeyMove.ACTIVATE,
            ManagementAction.KEY_ACTIVATE,
            due -> due.activation(BATCH)),
        new StateJob(
            "expire-keys",
            store,
            audit,
            KeyMove.DEACTIVATE,
            ManagementAction.KEY_DEACTIVATE,
            due -> due.expiry(BATCH)),
        new RotationJob(
            store,
            new RotationBatch(
                store,
                parts.hsm(),
                parts.keks(),
                audit,
                parts.instance(),
                parts.rotationByUseAge()),
            parts.rotationByUseAge()),
        new DestructionJob(store, destruction),
        new ImportEndJob(parts.imports(), audit),
        new NoticeJob(store, audit),
        new DigestKeyJob(parts.digestKeys()),
        new RetentionJob(parts.retention(), parts.retentionPeriod()),
        new CertificateJob(store, parts.pki(), audit));
  }

  /**
   * Runs {@code jobs}, each {@code period} after it ended, in the name of {@code node}.
   *
   * @param store whose table it works with
   */
  KeyScheduler(Store store, List<Job> jobs, Duration period, String node) {
    QuietLibrary.install();
    List<RecurringTask<Void>> tasks =
        jobs.stream()
            .map(
                job ->
                    Tasks.recurring(job.name(), FixedDelay.of(job.period(period)))
                        .execute((instance, context) -> run(job)))
            .toList();
    Duration poll = period.compareTo(Duration.ofSeconds(1)) < 0 ? period : Duration.ofSeconds(1);
    this.scheduler =
        Scheduler.create(store.dataSource())
            .startTasks(tasks)
            .threads(2)
            .pollingInterval(poll)
            .heartbeatInterval(HEARTBEAT)
            .missedHeartbeatsLimit(MISSED_HEARTBEATS_MAX)
            .shutdownMaxWait(STOP)
            .failureLogging(LogLevel.WARN, false)
            .schedulerName(
                new SchedulerName.Fixed(node.length() <= 50 ? node : node.substring(0, 50)))
            .build();
  }

  /** Begins. */
  public void start() {
    scheduler.start();
  }

  private void run(Job job) {
    long endNs = System.nanoTime() + RUN_NS_MAX;
    int done = 0;
    try {
      int more;
      do {
        more = job.runBatch();
        done += more;
      } while (more > 0 && !closing && System.nanoTime() - endNs < 0);
    } catch (HsmException | StoreException | ProblemException | CompletionException e) {
      LOG.log(Level.WARNING, "the job {0} goes on later: {1}", job.name(), e.getMessage());
    }
    if (done > 0) {
      LOG.log(Level.INFO, "the job {0} did {1}", job.name(), Integer.toString(done));
    }
  }

  /** Lets what runs come to the end of its batch. */
  @Override
  public void close() {
    closing = true;
    scheduler.stop();
  }
}
