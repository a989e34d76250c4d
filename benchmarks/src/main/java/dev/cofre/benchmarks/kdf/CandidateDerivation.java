package dev.cofre.benchmarks.kdf;

/** Makes a request key and a commitment from a salt, under a data key set before. */
@FunctionalInterface
public interface CandidateDerivation {
  /** Bytes out: request key (32) ‖ commitment (32). */
  int OUTPUT_LENGTH = 64;

  /** Bytes of salt. */
  int SALT_LENGTH = 24;

  /** Derives from {@link #SALT_LENGTH} bytes of {@code salt} into the first 64 of {@code out}. */
  void derive(byte[] salt, int saltOffset, byte[] out);
}
