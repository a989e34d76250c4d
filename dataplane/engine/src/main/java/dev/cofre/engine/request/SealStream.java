package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.keys.EncryptionKey;
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
  private final StreamTrail trail;
  private final EncryptionKey dataKey;
  private final EncryptionContext context;
  private final EnvelopeSealer sealer;

  SealStream(
      Engine engine,
      Authorizer authorizer,
      Executor loop,
      Caller caller,
      KeyMetadata key,
      EncryptionKey dataKey,
      RequestKeyDerivation derivation,
      RandomSource random,
      EncryptionContext context) {
    this.trail =
        new StreamTrail(
            engine,
            authorizer,
            loop,
            caller,
            Action.ENCRYPT,
            key,
            dataKey.dataKeyId(),
            key.currentVersion(),
            context);
    this.dataKey = dataKey;
    this.context = context;
    this.sealer = new EnvelopeSealer(engine.aead.newAead(), derivation, random);
  }

  /** The key that encrypts. */
  public KeyMetadata key() {
    return trail.key();
  }

  /** The plaintext bytes so far. */
  public long bytes() {
    return trail.bytes();
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
    trail.processed(length);
    dataKey.used(length);
    return segment;
  }

  CompletableFuture<Void> recordBegin() {
    return trail.begin();
  }

  /** Writes the end event; the last segment may leave when the future completes. */
  public CompletableFuture<Void> end() {
    sealer.close();
    return trail.end(null);
  }

  /** Writes down that the stream failed; the failure may be told when the future completes. */
  public CompletableFuture<Void> abort(ErrorCode code) {
    sealer.close();
    return trail.end(code);
  }

  /**
   * Why the stream must end, or null; asked before each segment, the last one included, so that a
   * stream ends with its key, its grant, its caller's token or the node's policy.
   */
  public ErrorCode obstacle() {
    return trail.obstacle();
  }
}
