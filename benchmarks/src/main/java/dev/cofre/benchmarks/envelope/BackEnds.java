package dev.cofre.benchmarks.envelope;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.cofre.engine.aead.AeadBackEnd;
import java.security.Provider;
import java.security.Security;

/** The JCA provider behind a back end, for who measures it bare. */
final class BackEnds {
  private BackEnds() {}

  static Provider provider(String backEnd) {
    return switch (AeadBackEnd.named(backEnd)) {
      case SUNJCE -> Security.getProvider("SunJCE");
      case ACCP -> AmazonCorrettoCryptoProvider.INSTANCE;
    };
  }
}
