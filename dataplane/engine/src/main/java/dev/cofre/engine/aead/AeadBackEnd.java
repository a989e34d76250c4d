package dev.cofre.engine.aead;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.cofre.contract.envelope.Aead;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Setting;
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Who does AES-256-GCM. Immutable and thread-safe; what {@link #newAead} makes is not: one for each
 * event loop or stream.
 *
 * <p>At start: choose by {@link #named}, then {@link #selfTest}, then {@link #warmUp}; only then is
 * a node ready. No provider is registered with the JCA, so all else in the process stays with the
 * JDK's own.
 */
public enum AeadBackEnd {
  /** The JDK's own: on every platform, nothing native of ours. */
  SUNJCE {
    @Override
    Provider provider() {
      return Security.getProvider("SunJCE");
    }
  },
  /** Amazon's Corretto Crypto Provider: AWS-LC behind the JCA, a native library. */
  ACCP {
    @Override
    Provider provider() {
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      Throwable error = provider.getLoadingError();
      if (error != null) {
        throw new IllegalStateException(
            SETTING.key()
                + " = accp: its library cannot be loaded on this machine ("
                + error.getMessage()
                + "); use sunjce",
            error);
      }
      return provider;
    }
  };

  /** Names the back end in a configuration. */
  public static final Setting SETTING =
      Setting.withDefault(
          "aead.backend",
          Setting.Kind.TEXT,
          "sunjce",
          "who does AES-256-GCM: "
              + names(" or ")
              + " (accp needs a native library, Linux on x86-64 as shipped)");

  /** The back end that a configuration calls {@code name}. */
  public static AeadBackEnd named(String name) {
    for (AeadBackEnd backEnd : values()) {
      if (backEnd.text().equals(name)) {
        return backEnd;
      }
    }
    throw new ConfigException(
        SETTING.key() + " = " + name + ": there is no such back end, only " + names(" and "));
  }

  private static String names(String joint) {
    return Arrays.stream(values()).map(AeadBackEnd::text).collect(Collectors.joining(joint));
  }

  /** Its name in a configuration. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A new one, without a key. */
  public Aead newAead() {
    return new JcaAead(provider());
  }

  /** Throws an {@link IllegalStateException} that says why when it cannot be used here. */
  abstract Provider provider();

  /**
   * Proves known answers: NIST's, one for each way that the machine code splits its input, and an
   * envelope of the first release.
   *
   * @throws IllegalStateException when one is wrong: this node must not encrypt
   */
  public void selfTest() {
    KnownAnswers.prove(text(), newAead());
    GoldenAnswer.prove(text(), newAead());
  }

  /**
   * Seals and opens envelopes until they are fast, at most for about {@code limit}, and proves the
   * known answers again by what was compiled meanwhile. It may run beside the rest of the start.
   *
   * @param random gives salts for what is thrown away
   */
  public EnvelopeWarmUp.Result warmUp(RandomSource random, Duration limit) {
    return new EnvelopeWarmUp(this, random).run(limit, this::selfTest);
  }
}
