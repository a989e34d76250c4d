package dev.cofre.benchmarks.kdf;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.aes.NativeAes;
import java.nio.ByteBuffer;

/** The contract's own sealer and opener, as the engine uses them. */
final class ContractPath implements RequestPath {
  private static final byte[] NO_CONTEXT = new byte[0];

  private final RandomSource random;
  private final RequestKeyDerivation derivation;
  private final EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead());
  private final EnvelopeOpener opener = new EnvelopeOpener(new JcaAead());

  ContractPath(Buffers buffers, RandomSource random) {
    this.random = random;
    this.derivation = new RequestKeyDerivation(NativeAes.orJca());
    derivation.key(ByteBuffer.wrap(buffers.dataKey), buffers.wrapped);
  }

  @Override
  public void seal(byte[] plaintext, byte[] envelope) {
    sealer.begin(derivation, random);
    sealer.seal(NO_CONTEXT, plaintext, 0, plaintext.length, envelope, 0);
  }

  @Override
  public int open(byte[] envelope, byte[] plaintext) {
    return opener.open(derivation, NO_CONTEXT, envelope, 0, envelope.length, plaintext, 0);
  }
}
