package dev.cofre.engine.request;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The audit trail of one stream: an event before its first answer byte, one with bytes and outcome
 * before its last. Not thread-safe; used on its event loop.
 */
final class StreamTrail {
  /** What the time ends (a grant, a condition) ends a stream within 4 MiB. */
  private static final int SEGMENTS_BETWEEN_DECISIONS = 64;

  private final Engine engine;
  private final Authorizer authorizer;
  private final Executor loop;
  private final Caller caller;
  private final Action action;
  private final KeyMetadata key;
  private final UUID dataKeyId;
  private final int keyVersion;
  private final EncryptionContext context;
  private SnapshotState seen;
  private int segments;
  private long bytes;
  private boolean ended;

  StreamTrail(
      Engine engine,
      Authorizer authorizer,
      Executor loop,
      Caller caller,
      Action action,
      KeyMetadata key,
      UUID dataKeyId,
      int keyVersion,
      EncryptionContext context) {
    this.engine = engine;
    this.authorizer = authorizer;
    this.loop = loop;
    this.caller = caller;
    this.action = action;
    this.key = key;
    this.dataKeyId = dataKeyId;
    this.keyVersion = keyVersion;
    this.context = context;
  }

  KeyMetadata key() {
    return key;
  }

  void processed(long count) {
    bytes += count;
  }

  long bytes() {
    return bytes;
  }

  /**
   * Why the stream must end, or null; asked before each segment. All is decided anew when the
   * snapshot is another one, and now and then for what the time alone ends; in between it costs a
   * look at the clock.
   */
  @SuppressWarnings("ReferenceEquality") // a revision is one object
  ErrorCode obstacle() {
    if (engine.snapshots.isStale()) {
      return ErrorCode.POLICY_STALE;
    }
    SnapshotState now = engine.snapshots.last();
    if (now == seen && ++segments % SEGMENTS_BETWEEN_DECISIONS != 0) {
      return null;
    }
    seen = now;
    return authorizer.obstacle(caller, action, key, keyVersion, context);
  }

  CompletableFuture<Void> begin() {
    return engine.audit.record(event("begin"));
  }

  /** Writes the end event, once; {@code code} is null when all is well. */
  CompletableFuture<Void> end(ErrorCode code) {
    if (ended) {
      return CompletableFuture.completedFuture(null);
    }
    ended = true;
    AuditEvent.Builder event = event("end").amount(1, bytes);
    return Continuations.on(
        loop, engine.audit.record(code == null ? event : event.failed(code.code())));
  }

  private AuditEvent.Builder event(String phase) {
    return engine
        .audit
        .event(caller, action.text(), context)
        .keyId(key.id())
        .usedDataKey(keyVersion, dataKeyId)
        .phase(phase);
  }
}
