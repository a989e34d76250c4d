package dev.cofre.engine.request;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.keys.DataKeys;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.keys.KeyWrapping;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.hsm.HsmGateway;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What all event loops of a node share: snapshot, data keys, HSM gateway, audit log. Thread-safe.
 *
 * <p>It closes neither the gateway nor the log, only its own thread: whoever made them does.
 */
public final class Engine implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Engine.class.getName());

  /** For how long after a change data keys are looked through again: longer than any mint takes. */
  private static final long EVICTED_AGAIN_NS = 10_000_000_000L;

  private static final long SWEEP_MS = 1_000;

  final SnapshotHolder snapshots;
  final AuditTrail audit;
  final KeyWrapping wrapping;
  final DataKeys keys;
  final KeyLimits limits;
  final RandomSource random;
  final AeadBackEnd aead;

  private final HsmGateway gateway;
  private final AuditLog auditLog;
  private final Clock clock;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("data-key-sweep").factory());
  private volatile long changedNs;

  /** An engine that serves what {@code snapshots} says. */
  public Engine(
      String node,
      SnapshotHolder snapshots,
      HsmGateway gateway,
      AuditLog auditLog,
      KeyLimits limits,
      RandomSource random,
      AeadBackEnd aead,
      Clock clock) {
    this.snapshots = snapshots;
    this.gateway = gateway;
    this.auditLog = auditLog;
    this.limits = limits;
    this.random = random;
    this.aead = aead;
    this.clock = clock;
    this.audit = new AuditTrail(auditLog, clock, node);
    this.wrapping = new KeyWrapping(gateway, random);
    this.keys = new DataKeys(wrapping, limits, System::nanoTime);
    this.changedNs = nanoTime();
    snapshots.onChange(this::changed);
    sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
  }

  /** The request path of one event loop, whose continuations run on {@code loop}. */
  public RequestPath newRequestPath(Executor loop) {
    return new RequestPath(this, loop);
  }

  Authorizer newAuthorizer() {
    return new Authorizer(snapshots, clock);
  }

  /** The monotonic clock. */
  long nanoTime() {
    return System.nanoTime();
  }

  /**
   * Overwrites the data keys of keys that were disabled, at once but not on the follower's event
   * loop; nothing uses them from now on, since every use is decided by the snapshot in force.
   */
  private void changed(SnapshotState state) {
    changedNs = nanoTime();
    if (!sweeper.isShutdown()) {
      sweeper.execute(() -> keys.evict(state));
    }
  }

  /** Overwrites data keys whose time is over, and those that came while their key was disabled. */
  private void sweep() {
    try {
      keys.sweep();
      if (nanoTime() - changedNs < EVICTED_AGAIN_NS) {
        keys.evict(snapshots.last());
      }
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "data keys cannot be swept", e);
    }
  }

  /** The snapshot in force. */
  public SnapshotHolder snapshots() {
    return snapshots;
  }

  /** The data keys, for their figures. */
  public DataKeys keys() {
    return keys;
  }

  /** The way to the HSM, for its figures. */
  public HsmGateway gateway() {
    return gateway;
  }

  /** Whether the audit log takes events. */
  public boolean canAudit() {
    return auditLog.isAvailable();
  }

  /** Stops the sweep. */
  @Override
  public void close() {
    sweeper.shutdownNow();
  }
}
