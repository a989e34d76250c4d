package dev.cofre.engine.aead;

import dev.cofre.contract.envelope.Aead;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Setting;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
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
    public Aead newAead() {
      return new JcaAead(Security.getProvider("SunJCE"));
    }
  },
  /** Intel's Multi-Buffer Crypto library, for processors with VAES and AVX-512. */
  IPSECMB {
    @Override
    public Aead newAead() {
      return new IpsecMbAead();
    }
  };

  private static final String AUTO = "auto";

  /** Names the back end in a configuration. */
  public static final Setting SETTING =
      Setting.withDefault(
          "aead.backend",
          Setting.Kind.TEXT,
          AUTO,
          "who does AES-256-GCM: sunjce, ipsecmb (the system's libIPSec_MB, on processors with"
              + " AVX-512 and VAES), or auto: ipsecmb where it can be, else sunjce");

  /**
   * The back end that a configuration calls {@code name}.
   *
   * @throws ConfigException when there is none of that name, or it cannot be used on this machine
   */
  public static AeadBackEnd named(String name) {
    if (name.equals(AUTO)) {
      return IpsecMb.OBSTACLE == null ? IPSECMB : SUNJCE;
    }
    for (AeadBackEnd backEnd : values()) {
      if (backEnd.text().equals(name)) {
        return backEnd.usable();
      }
    }
    throw new ConfigException(
        SETTING.key()
            + " = "
            + name
            + ": there is no such back end, only "
            + names()
            + " and "
            + AUTO);
  }

  /** Why {@link #IPSECMB} cannot be used on this machine; empty when it can. */
  public static Optional<String> obstacle() {
    return Optional.ofNullable(IpsecMb.OBSTACLE);
  }

  private AeadBackEnd usable() {
    if (this == IPSECMB && IpsecMb.OBSTACLE != null) {
      throw new ConfigException(
          SETTING.key() + " = " + text() + ": " + IpsecMb.OBSTACLE + "; use sunjce or auto");
    }
    return this;
  }

  private static String names() {
    return Arrays.stream(values()).map(AeadBackEnd::text).collect(Collectors.joining(", "));
  }

  /** Its name in a configuration. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A new one, without a key. */
  public abstract Aead newAead();

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
