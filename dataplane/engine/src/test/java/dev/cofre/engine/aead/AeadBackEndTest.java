package dev.cofre.engine.aead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.config.ConfigException;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The choice, and what stands before readiness. */
class AeadBackEndTest {
  @Test
  void isNamedByTheConfiguration() {
    for (AeadBackEnd backEnd : AeadBackEnd.values()) {
      assertSame(backEnd, AeadBackEnd.named(backEnd.text()));
    }
    assertSame(AeadBackEnd.SUNJCE, AeadBackEnd.named(AeadBackEnd.SETTING.defaultValue()));
    var e = assertThrows(ConfigException.class, () -> AeadBackEnd.named("SunJCE"));
    assertEquals(
        "aead.backend = SunJCE: there is no such back end, only sunjce and accp", e.getMessage());
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void registersNoProvider() {
    AeadBackEnd.ACCP.provider();
    assertTrue(
        Arrays.stream(Security.getProviders()).noneMatch(p -> p.getName().contains("Corretto")));
  }

  @Test
  void warmsUpWithinItsTime() {
    Duration limit = Duration.ofMillis(50);
    EnvelopeWarmUp.Result result = AeadBackEnd.SUNJCE.warmUp(KernelRandom.INSTANCE, limit);
    assertTrue(result.tookNs() < Duration.ofSeconds(10).toNanos(), result::toString);
    assertTrue(result.fast() || result.tookNs() >= limit.toNanos(), result::toString);
  }
}
