package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.keys.EncryptionKey;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.concurrent.Executor;

/**
 * The encryption of one plaintext of any length, segment by segment. Not thread-safe; used on its
 * event loop.
 *
 * <p>The caller of {@link #seal} holds back the last segment until {@link #end} has written the end
 * event.
 */
public final class SealStream extends EnvelopeStream {
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
    super(
        new StreamTrail(
            engine,
            authorizer,
            loop,
            caller,
            Action.ENCRYPT,
            key,
            dataKey.dataKeyId(),
            key.currentVersion(),
            context));
    this.dataKey = dataKey;
    this.context = context;
    this.sealer = new EnvelopeSealer(engine.aead.newAead(), derivation, random);
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
    processed(length);
    dataKey.used(length);
    return segment;
  }

  @Override
  void closeCipher() {
    sealer.close();
  }
}
