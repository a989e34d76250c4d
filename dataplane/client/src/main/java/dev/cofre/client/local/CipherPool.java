package dev.cofre.client.local;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.random.KernelRandom;
import java.util.concurrent.ArrayBlockingQueue;

/** Ciphers for as many threads as work at once; none keeps a key between two uses. Thread-safe. */
final class CipherPool {
  private final ArrayBlockingQueue<Ciphers> idle =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  private static final class Ciphers {
    private final RequestKeyDerivation derivation = new RequestKeyDerivation();
    private final JcaAead aead = new JcaAead();
    private final EnvelopeSealer sealer = new EnvelopeSealer(aead);
    private final EnvelopeOpener opener = new EnvelopeOpener(aead);
  }

  /** Seals {@code plaintext} under {@code key}, which the caller holds. */
  byte[] seal(HeldKey key, byte[] aad, byte[] plaintext) {
    Ciphers ciphers = take();
    byte[] envelope = new byte[Math.toIntExact(EnvelopeFormat.envelopeLength(plaintext.length))];
    try {
      key.restore(ciphers.derivation);
      ciphers.sealer.begin(ciphers.derivation, KernelRandom.INSTANCE);
      ciphers.sealer.seal(aad, plaintext, 0, plaintext.length, envelope, 0);
    } finally {
      ciphers.sealer.close();
      give(ciphers);
    }
    return envelope;
  }

  /** Opens {@code envelope} with {@code key}, which the caller holds; null: it is not valid. */
  byte[] open(HeldKey key, byte[] aad, byte[] envelope) {
    long length = EnvelopeFormat.plaintextLength(envelope.length);
    if (length < 0) {
      return null;
    }
    Ciphers ciphers = take();
    byte[] plaintext = new byte[(int) length];
    try {
      key.restore(ciphers.derivation);
      int opened =
          ciphers.opener.open(ciphers.derivation, aad, envelope, 0, envelope.length, plaintext, 0);
      return opened == EnvelopeOpener.INVALID ? null : plaintext;
    } finally {
      ciphers.opener.close();
      give(ciphers);
    }
  }

  private Ciphers take() {
    Ciphers ciphers = idle.poll();
    return ciphers == null ? new Ciphers() : ciphers;
  }

  private void give(Ciphers ciphers) {
    ciphers.derivation.close();
    idle.offer(ciphers);
  }
}
