package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.concurrent.Executor;

/**
 * The decryption of one envelope of any length, segment by verified segment. Not thread-safe; used
 * on its event loop.
 *
 * <p>The caller of {@link #open} holds back the last segment until {@link #end} has written the end
 * event.
 */
public final class OpenStream extends EnvelopeStream {
  private final EncryptionContext context;
  private final EnvelopeOpener opener;
  private final boolean committed;

  OpenStream(
      Engine engine,
      Authorizer authorizer,
      Executor loop,
      Caller caller,
      KeyMetadata key,
      RequestKeyDerivation derivation,
      byte[] header,
      EncryptionContext context) {
    super(
        new StreamTrail(
            engine,
            authorizer,
            loop,
            caller,
            Action.DECRYPT,
            key,
            WrappedDataKey.dataKeyIdAt(header, 0),
            WrappedDataKey.keyVersionAt(header, 0),
            context));
    this.context = context;
    this.opener = new EnvelopeOpener(engine.aead.newAead());
    this.committed = opener.begin(derivation, header, 0);
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
    processed(opened);
    return plaintext;
  }

  @Override
  void closeCipher() {
    opener.close();
  }
}
