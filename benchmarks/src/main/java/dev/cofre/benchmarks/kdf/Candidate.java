package dev.cofre.benchmarks.kdf;

import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.engine.aes.NativeAes;
import java.nio.ByteBuffer;

/** The candidates. */
public enum Candidate {
  /** SP 800-108 counter mode with AES-256-CMAC, the prefix's state kept: what suite 1 is. */
  CMAC(true) {
    @Override
    public CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped) {
      return new RequestKeyDerivation(dataKey, wrapped)::derive;
    }
  },
  /** The same by libcrypto's AES, as a node has it where there is one. */
  CMAC_LIBCRYPTO(true) {
    @Override
    public CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped) {
      RequestKeyDerivation derivation = new RequestKeyDerivation(NativeAes.orJca());
      derivation.key(ByteBuffer.wrap(dataKey), wrapped);
      return derivation::derive;
    }
  },
  /** SP 800-108 counter mode with HMAC-SHA-256, keyed once per data key. */
  HMAC(true) {
    @Override
    public CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped) {
      return new HmacCounterDerivation(dataKey, wrapped.bytes());
    }
  },
  /** HKDF-SHA-256, expand alone: the data key is uniform. */
  HKDF_EXPAND(true) {
    @Override
    public CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped) {
      return HkdfDerivation.expand(dataKey, wrapped.bytes());
    }
  },
  /** HKDF-SHA-256, extract with the salt and expand. */
  HKDF(true) {
    @Override
    public CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped) {
      return HkdfDerivation.extractAndExpand(dataKey, wrapped.bytes());
    }
  },
  /** Sums of AES blocks over both halves of the salt, as in DNDK-GCM; the header is not bound. */
  DNDK(false) {
    @Override
    public CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped) {
      return AesBlocksDerivation.sums(dataKey);
    }
  },
  /** AES blocks over half of the salt, as in XAES-256-GCM; the header is not bound. */
  XAES(false) {
    @Override
    public CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped) {
      return AesBlocksDerivation.plain(dataKey);
    }
  };

  private final boolean bindsHeader;

  Candidate(boolean bindsHeader) {
    this.bindsHeader = bindsHeader;
  }

  /** Whether other bytes of the wrapped data key give other output. */
  public boolean bindsHeader() {
    return bindsHeader;
  }

  /** The candidate, keyed. */
  public abstract CandidateDerivation under(byte[] dataKey, WrappedDataKey wrapped);
}
