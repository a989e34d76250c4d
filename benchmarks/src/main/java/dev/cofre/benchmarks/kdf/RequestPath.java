package dev.cofre.benchmarks.kdf;

/** Seals and opens an envelope of one request. */
interface RequestPath {
  /** Seals {@code plaintext} into {@code envelope}, with a fresh salt. */
  void seal(byte[] plaintext, byte[] envelope);

  /** Opens {@code envelope} into {@code plaintext}; the length written, or -1. */
  int open(byte[] envelope, byte[] plaintext);
}
