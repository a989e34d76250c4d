package dev.cofre.benchmarks.aead;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.cofre.contract.envelope.Aead;
import dev.cofre.contract.envelope.JcaAead;
import java.security.Security;

/** The back ends that were weighed. */
public enum AeadCandidate {
  /** The JDK's own. */
  SUNJCE {
    @Override
    Aead make() {
      return new JcaAead(Security.getProvider("SunJCE"));
    }
  },
  /** Amazon's Corretto Crypto Provider: AWS-LC behind the JCA. */
  ACCP {
    @Override
    Aead make() {
      return new JcaAead(AmazonCorrettoCryptoProvider.INSTANCE);
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
