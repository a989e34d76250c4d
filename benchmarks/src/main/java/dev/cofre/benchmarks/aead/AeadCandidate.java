package dev.cofre.benchmarks.aead;

import dev.cofre.contract.envelope.Aead;
import dev.cofre.engine.aead.AeadBackEnd;

/** The back ends that were weighed. */
public enum AeadCandidate {
  /** The JDK's own. */
  SUNJCE {
    @Override
    Aead make() {
      return AeadBackEnd.SUNJCE.newAead();
    }
  },
  /** What a node takes that was told nothing. */
  AUTO {
    @Override
    Aead make() {
      return AeadBackEnd.named("auto").newAead();
    }
  },
  /** The system's OpenSSL. */
  LIBCRYPTO {
    @Override
    Aead make() {
      return new LibcryptoAead();
    }
  };

  /** A new one. */
  abstract Aead make();
}
