package dev.cofre.engine.request;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.audit.AuditFigures;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.keys.DecryptionKeys;
import dev.cofre.engine.keys.EncryptionKeys;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.keys.KeyWrapping;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.hsm.HsmGateway;
import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * What all event loops of a node share: snapshot, data keys, HSM gateway, audit log. Thread-safe.
 *
 * <p>It closes neither the gateway nor the log: whoever made them does.
 */
public final class Engine {
  private static final int ENCRYPTION_KEYS_MAX = 16_384;

  final SnapshotHolder snapshots;
  final Authorizer authorizer;
  final AuditTrail audit;
  final KeyWrapping wrapping;
  final EncryptionKeys encryptionKeys;
  final DecryptionKeys decryptionKeys;
  final KeyLimits limits;
  final RandomSource random;

  private final HsmGateway gateway;
  private final AuditLog auditLog;

  /** An engine that serves what {@code snapshots} says. */
  public Engine(
      String node,
      SnapshotHolder snapshots,
      HsmGateway gateway,
      AuditLog auditLog,
      KeyLimits limits,
      RandomSource random,
      Clock clock) {
    this.snapshots = snapshots;
    this.gateway = gateway;
    this.auditLog = auditLog;
    this.limits = limits;
    this.random = random;
    this.authorizer = new Authorizer(snapshots, clock);
    this.audit = new AuditTrail(auditLog, clock, node);
    this.wrapping = new KeyWrapping(gateway, random);
    this.decryptionKeys = new DecryptionKeys(wrapping, limits, System::nanoTime);
    this.encryptionKeys =
        new EncryptionKeys(wrapping, decryptionKeys, limits, ENCRYPTION_KEYS_MAX, System::nanoTime);
    snapshots.onChange(this::evict);
  }

  /** The request path of one event loop, whose continuations run on {@code loop}. */
  public RequestPath newRequestPath(Executor loop) {
    return new RequestPath(this, loop);
  }

  /** Overwrites data keys whose time is over. Called about once a second. */
  public void sweep() {
    evict(snapshots.last());
  }

  private void evict(SnapshotState state) {
    encryptionKeys.evict(
        (id, version) -> {
          KeyMetadata key = state.key(id);
          return key != null && !key.disabled() && key.currentVersion() == version;
        });
    decryptionKeys.evict(
        id -> {
          KeyMetadata key = state.key(id);
          return key != null && !key.disabled();
        });
  }

  /** The snapshot in force. */
  public SnapshotHolder snapshots() {
    return snapshots;
  }

  /** The cache of unwrapped data keys, for its figures. */
  public DecryptionKeys decryptionKeys() {
    return decryptionKeys;
  }

  /** The data keys that encrypt, for their figures. */
  public EncryptionKeys encryptionKeys() {
    return encryptionKeys;
  }

  /** The way to the HSM, for its figures. */
  public HsmGateway gateway() {
    return gateway;
  }

  /** Whether the audit log takes events. */
  public boolean canAudit() {
    return auditLog.isAvailable();
  }

  /** How full the audit log is, and what it has taken. */
  public AuditFigures auditFigures() {
    return auditLog.figures();
  }
}
