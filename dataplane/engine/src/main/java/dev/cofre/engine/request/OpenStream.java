package dev.cofre.engine.request;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The decryption of one envelope of any length, segment by verified segment. Not thread-safe; used
 * on its event loop.
 *
 * <p>The caller of {@link #open} holds back the last segment until {@link #end} has written the end
 * event.
 */
public final class OpenStream {
  private final Engine engine;
  private final Executor loop;
  private final Caller caller;
  private final KeyMetadata key;
  private final WrappedDataKey wrapped;
  private final EncryptionContext context;
  private final EnvelopeOpener opener;
  private final boolean committed;
  private long bytes;
  private boolean ended;

  OpenStream(
      Engine engine,
      Executor loop,
      Caller caller,
      KeyMetadata key,
      RequestPath.Keyed keyed,
      byte[] header,
      EncryptionContext context) {
    this.engine = engine;
    this.loop = loop;
    this.caller = caller;
    this.key = key;
    this.wrapped = keyed.dataKey().wrapped();
    this.context = context;
    this.opener = new EnvelopeOpener(new JcaAead());
    this.committed = opener.begin(keyed.derivation(), header, 0);
  }

  /** The key that the envelope names. */
  public KeyMetadata key() {
    return key;
  }

  /**
   * Opens the next segment.
   *
   * @param length of ciphertext and tag: a full segment's, unless it is the {@code last}
   * @return the plaintext, or null when the envelope is not valid
   */
  public byte[] open(byte[] segment, int length, boolean last) {
    if (!committed || length < EnvelopeFormat.TAG_LENGTH) {
      return null;
    }
    byte[] plaintext = new byte[length - EnvelopeFormat.TAG_LENGTH];
    int opened = opener.openSegment(last, context.canonical(), segment, 0, length, plaintext, 0);
    if (opened == EnvelopeOpener.INVALID) {
      return null;
    }
    bytes += opened;
    return plaintext;
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
    opener.close();
    return Continuations.on(loop, engine.audit.record(event("end").amount(1, bytes)));
  }

  /** Writes down that the stream failed; the failure may be told when the future completes. */
  public CompletableFuture<Void> abort(ErrorCode code) {
    if (ended) {
      return CompletableFuture.completedFuture(null);
    }
    ended = true;
    opener.close();
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
    return engine
        .audit
        .event(caller, Action.DECRYPT.text())
        .key(key.id().toString())
        .used(wrapped.keyVersion(), wrapped.dataKeyId().toString())
        .contextKeys(context.keys())
        .phase(phase);
  }
}
