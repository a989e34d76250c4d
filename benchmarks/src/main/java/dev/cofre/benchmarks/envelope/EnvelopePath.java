package dev.cofre.benchmarks.envelope;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.aes.NativeAes;
import dev.cofre.engine.random.GetRandom;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/** The contract's sealer and opener over the buffers, as the engine uses them. */
final class EnvelopePath {
  private static final Duration WARM_UP_MAX = Duration.ofSeconds(3);
  private static final byte[] NO_CONTEXT = new byte[0];

  final Buffers buffers;
  private final RequestKeyDerivation derivation;
  private final EnvelopeSealer sealer;
  private final EnvelopeOpener opener;
  private final RandomSource random = GetRandom.orDevice().confined();

  EnvelopePath(String backEnd, int size) {
    AeadBackEnd aead = AeadBackEnd.named(backEnd);
    warmUp(aead);
    buffers = new Buffers(size);
    derivation = new RequestKeyDerivation(NativeAes.orJca());
    derivation.key(ByteBuffer.wrap(buffers.dataKey), buffers.wrapped);
    sealer = new EnvelopeSealer(aead.newAead());
    opener = new EnvelopeOpener(aead.newAead());
  }

  /** As a node does it: long items alone would not call often enough for the compiler. */
  static void warmUp(AeadBackEnd backEnd) {
    backEnd.warmUp(GetRandom.orDevice(), WARM_UP_MAX);
  }

  /** Draws a salt and derives a key. */
  void begin() {
    sealer.begin(derivation, random);
  }

  /** Seals item {@code i} of the request that was begun. */
  void seal(int i) {
    sealer.seal(NO_CONTEXT, buffers.plaintexts[i], 0, buffers.size, buffers.envelopes[i], 0);
  }

  /** Opens envelope {@code i}. */
  void open(int i) {
    if (openLength(i) != buffers.size) {
      throw new IllegalStateException("envelope " + i + " does not open");
    }
  }

  private int openLength(int i) {
    byte[] envelope = buffers.envelopes[i];
    return opener.open(derivation, NO_CONTEXT, envelope, 0, envelope.length, buffers.opened[i], 0);
  }

  /** Sees that what was opened is what was sealed, and that nothing else opens. */
  void prove() {
    if (!Arrays.deepEquals(buffers.plaintexts, buffers.opened)) {
      throw new IllegalStateException("what was opened is not what was sealed");
    }
    for (int at = 0; at < Math.min(200 + buffers.size / 2, 300); at += 23) {
      buffers.envelopes[7][at] ^= 1;
      if (openLength(7) != EnvelopeOpener.INVALID) {
        throw new IllegalStateException("opens although byte " + at + " was changed");
      }
      buffers.envelopes[7][at] ^= 1;
    }
    open(7);
  }
}
