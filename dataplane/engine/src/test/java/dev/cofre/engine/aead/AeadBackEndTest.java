package dev.cofre.engine.aead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.config.ConfigException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The choice, and what stands before readiness. */
class AeadBackEndTest {
  @Test
  void isNamedByTheConfiguration() {
    assertSame(AeadBackEnd.SUNJCE, AeadBackEnd.named("sunjce"));
    AeadBackEnd best = IpsecMb.OBSTACLE == null ? AeadBackEnd.IPSECMB : AeadBackEnd.SUNJCE;
    assertSame(best, AeadBackEnd.named(AeadBackEnd.SETTING.defaultValue()));
    var e = assertThrows(ConfigException.class, () -> AeadBackEnd.named("SunJCE"));
    assertEquals(
        "aead.backend = SunJCE: there is no such back end, only sunjce, ipsecmb and auto",
        e.getMessage());
  }

  @Test
  void whatCannotBeUsedSaysWhy() {
    if (IpsecMb.OBSTACLE == null) {
      assertSame(AeadBackEnd.IPSECMB, AeadBackEnd.named("ipsecmb"));
    } else {
      var e = assertThrows(ConfigException.class, () -> AeadBackEnd.named("ipsecmb"));
      assertTrue(e.getMessage().contains(IpsecMb.OBSTACLE), e.getMessage());
    }
  }

  @Test
  void warmsUpWithinItsTime() {
    Duration limit = Duration.ofMillis(50);
    EnvelopeWarmUp.Result result = AeadBackEnd.SUNJCE.warmUp(KernelRandom.INSTANCE, limit);
    assertTrue(result.tookNs() < Duration.ofSeconds(10).toNanos(), result::toString);
    assertTrue(result.fast() || result.tookNs() >= limit.toNanos(), result::toString);
  }
}
