package dev.cofre.engine.request;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.audit.AuditFigures;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.identity.Callers;
import dev.cofre.engine.identity.ExchangedTokens;
import dev.cofre.engine.identity.FailedAttempts;
import dev.cofre.engine.keys.DataKeys;
import dev.cofre.engine.keys.DigestKeys;
import dev.cofre.engine.keys.EncryptionKeys;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.keys.KeySweeper;
import dev.cofre.engine.keys.KeyWrapping;
import dev.cofre.engine.policy.UseQuotas;
import dev.cofre.engine.policy.UseRates;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.engine.usage.UseCounts;
import dev.cofre.hsm.HsmGateway;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What all event loops of a node share: snapshot, data keys, HSM gateway, audit log. Thread-safe.
 *
 * <p>It closes neither the gateway nor the log, only its own thread: whoever made them does.
 */
public final class Engine implements AutoCloseable {

  final SnapshotHolder snapshots;
  final AuditTrail audit;
  final KeyWrapping wrapping;
  final DataKeys keys;
  final KeyLimits limits;
  final RandomSource random;
  final AeadBackEnd aead;
  final Callers callers;

  private final HsmGateway gateway;
  private final DigestKeys digestKeys;
  private final AuditLog auditLog;
  private final Clock clock;
  private final UseRates rates = new UseRates();
  private final UseQuotas quotas = new UseQuotas();
  private final KeySweeper sweeper;
  private final UseCounts uses = new UseCounts();

  /** An engine that serves what {@code snapshots} says, and accepts no exchanged tokens. */
  public Engine(
      String node,
      SnapshotHolder snapshots,
      HsmGateway gateway,
      AuditLog auditLog,
      KeyLimits limits,
      RandomSource random,
      AeadBackEnd aead,
      Clock clock) {
    this(
        node,
        snapshots,
        gateway,
        auditLog,
        limits,
        random,
        aead,
        clock,
        new ExchangedTokens(null, clock),
        Set.of());
  }

  /**
   * The same, which accepts {@code exchanged} tokens too.
   *
   * @param contextIndex the names whose pairs have a digest of their own in audit events
   */
  public Engine(
      String node,
      SnapshotHolder snapshots,
      HsmGateway gateway,
      AuditLog auditLog,
      KeyLimits limits,
      RandomSource random,
      AeadBackEnd aead,
      Clock clock,
      ExchangedTokens exchanged,
      Set<String> contextIndex) {
    this.callers = new Callers(exchanged, new FailedAttempts(System::nanoTime));
    this.snapshots = snapshots;
    this.gateway = gateway;
    this.auditLog = auditLog;
    this.limits = limits;
    this.random = random;
    this.aead = aead;
    this.clock = clock;
    this.digestKeys = new DigestKeys(gateway, clock);
    this.audit =
        new AuditTrail(auditLog, clock, node, new ContextDigester(digestKeys, contextIndex));
    this.wrapping = new KeyWrapping(gateway, random, limits);
    this.keys = new DataKeys(wrapping, limits, System::nanoTime);
    this.sweeper = new KeySweeper(keys, snapshots::last, digestKeys);
    // At once, but not on the follower's event loop; from now on every use is decided by the new
    // snapshot.
    snapshots.onChange(state -> sweeper.changed());
  }

  /** The request path of one event loop, whose continuations run on {@code loop}. */
  public RequestPath newRequestPath(Executor loop) {
    return new RequestPath(this, loop);
  }

  /**
   * Mints data keys for keys of {@code state} before anybody asks: see {@link
   * EncryptionKeys#loadAhead}. Never blocks.
   *
   * @return completes when the HSM has made them; fails when it made one not
   */
  public CompletableFuture<Void> mintAhead(SnapshotState state) {
    return keys.encryption().loadAhead(state, clock.millis());
  }

  Authorizer newAuthorizer() {
    return new Authorizer(snapshots, rates, quotas, uses, clock);
  }

  /** The monotonic clock. */
  long nanoTime() {
    return System.nanoTime();
  }

  /** The snapshot in force. */
  public SnapshotHolder snapshots() {
    return snapshots;
  }

  /** The data keys, for their figures. */
  public DataKeys keys() {
    return keys;
  }

  /** What contexts in audit events are digested with. */
  public DigestKeys digestKeys() {
    return digestKeys;
  }

  /** The way to the HSM, for its figures. */
  public HsmGateway gateway() {
    return gateway;
  }

  /** How much principals and tenants have used of their quotas. */
  public UseQuotas quotas() {
    return quotas;
  }

  /** Who used which key. */
  public UseCounts uses() {
    return uses;
  }

  /** Whether the audit log takes events. */
  public boolean canAudit() {
    return auditLog.isAvailable();
  }

  /** How full the audit log is, and what it has taken. */
  public AuditFigures auditFigures() {
    return auditLog.figures();
  }

  /** Stops the sweep. */
  @Override
  public void close() {
    sweeper.close();
  }
}
