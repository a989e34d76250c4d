package dev.cofre.engine.request;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The encryption of one plaintext of any length, segment by segment. Not thread-safe; used on its
 * event loop.
 *
 * <p>The caller of {@link #seal} holds back the last segment until {@link #end} has written the end
 * event.
 */
public final class SealStream {
  private final Engine engine;
  private final Executor loop;
  private final Caller caller;
  private final KeyMetadata key;
  private final RequestPath.Keyed keyed;
  private final EncryptionContext context;
  private final EnvelopeSealer sealer;
  private long bytes;
  private boolean ended;

  SealStream(
      Engine engine,
      Executor loop,
      Caller caller,
      KeyMetadata key,
      RequestPath.Keyed keyed,
      EncryptionContext context) {
    this.engine = engine;
    this.loop = loop;
    this.caller = caller;
    this.key = key;
    this.keyed = keyed;
    this.context = context;
    this.sealer =
        new EnvelopeSealer(
            new JcaAead(), keyed.derivation(), keyed.dataKey().wrapped(), engine.random);
  }

  /** The key that encrypts. */
  public KeyMetadata key() {
    return key;
  }

  /** The envelope's header: its first {@value EnvelopeFormat#HEADER_LENGTH} bytes. */
  public byte[] header() {
    byte[] header = new byte[EnvelopeFormat.HEADER_LENGTH];
    sealer.nextItem(header, 0);
    return header;
  }

  /** Seals the next segment: a full one, unless it is the {@code last}. */
  public byte[] seal(byte[] plaintext, int length, boolean last) {
    byte[] segment = new byte[length + EnvelopeFormat.TAG_LENGTH];
    sealer.sealSegment(last, context.canonical(), plaintext, 0, length, segment, 0);
    bytes += length;
    engine.encryptionKeys.used(keyed.dataKey(), length);
    return segment;
  }

  CompletableFuture<Void> recordBegin() {
    return engine.audit.record(event("begin"));
  }

  /** Writes the end event; the last segment may leave when the future completes. */
  public CompletableFuture<Void> end() {
    if (ended) {
      return CompletableFuture.completedFuture(null);
    }
    ended = true;
    sealer.close();
    return Continuations.on(loop, engine.audit.record(event("end").amount(1, bytes)));
  }

  /** Writes down that the stream ended before its end. */
  public CompletableFuture<Void> abort(ErrorCode code) {
    if (ended) {
      return CompletableFuture.completedFuture(null);
    }
    ended = true;
    sealer.close();
    return Continuations.on(
        loop, engine.audit.record(event("end").amount(1, bytes).failed(code.code())));
  }

  /**
   * Whether the key is still enabled; asked now and then, so that a long stream ends soon after its
   * key.
   */
  public boolean mayContinue() {
    KeyMetadata now = engine.snapshots.last().key(key.id());
    return now != null && !now.disabled();
  }

  private AuditEvent.Builder event(String phase) {
    WrappedDataKey wrapped = keyed.dataKey().wrapped();
    return engine
        .audit
        .event(caller, Action.ENCRYPT.text())
        .key(key.id().toString())
        .used(wrapped.keyVersion(), wrapped.dataKeyId().toString())
        .contextKeys(context.keys())
        .phase(phase);
  }
}
