package dev.cofre.benchmarks.kdf;

import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.random.RandomSource;
import java.util.Arrays;

/** An envelope of one segment around a candidate: the same header, salt, comparison and AEAD. */
final class CandidatePath implements RequestPath {
  private static final int SALT_OFFSET = WRAPPED_DATA_KEY_LENGTH;
  private static final int COMMITMENT_OFFSET = SALT_OFFSET + SALT_LENGTH;
  private static final byte[] NO_CONTEXT = new byte[0];

  private final CandidateDerivation derivation;
  private final Buffers buffers;
  private final RandomSource random;
  private final JcaAead sealing = new JcaAead();
  private final JcaAead opening = new JcaAead();
  private final byte[] derived = new byte[CandidateDerivation.OUTPUT_LENGTH];
  private final byte[] nonce = new byte[12];

  CandidatePath(Candidate candidate, Buffers buffers, RandomSource random) {
    this.derivation = candidate.under(buffers.dataKey, buffers.wrapped);
    this.buffers = buffers;
    this.random = random;
    nonce[11] = 1;
  }

  @Override
  public void seal(byte[] plaintext, byte[] envelope) {
    buffers.wrapped.copyTo(envelope, 0);
    random.fill(envelope, SALT_OFFSET, SALT_LENGTH);
    derivation.derive(envelope, SALT_OFFSET, derived);
    sealing.key(derived, 0);
    System.arraycopy(derived, KEY_LENGTH, envelope, COMMITMENT_OFFSET, KEY_LENGTH);
    Arrays.fill(derived, (byte) 0);
    sealing.seal(nonce, NO_CONTEXT, plaintext, 0, plaintext.length, envelope, HEADER_LENGTH);
  }

  @Override
  public int open(byte[] envelope, byte[] plaintext) {
    derivation.derive(envelope, SALT_OFFSET, derived);
    int difference = 0;
    for (int i = 0; i < KEY_LENGTH; i++) {
      difference |= derived[KEY_LENGTH + i] ^ envelope[COMMITMENT_OFFSET + i];
    }
    if (difference != 0 || !buffers.wrapped.startsAt(envelope, 0)) {
      return -1;
    }
    opening.key(derived, 0);
    Arrays.fill(derived, (byte) 0);
    int length = envelope.length - HEADER_LENGTH;
    return opening.open(nonce, NO_CONTEXT, envelope, HEADER_LENGTH, length, plaintext, 0);
  }
}
