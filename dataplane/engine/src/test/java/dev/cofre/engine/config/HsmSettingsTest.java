package dev.cofre.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.hsm.HsmConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HsmSettingsTest {
  @TempDir Path directory;

  private HsmConfig read(String lines) throws IOException {
    Path file = Files.writeString(directory.resolve("f.conf"), "hsm.pinFile = pin\n" + lines);
    return HsmSettings.hsmConfig(Configuration.read(file, HsmSettings.ALL));
  }

  @Test
  void thePortableBackEndIsTheDefault() throws IOException {
    HsmConfig config = read("");
    assertEquals(HsmConfig.Backend.SUNPKCS11, config.backend());
    assertEquals("", config.moduleArguments());
    assertEquals("cofre", config.tokenLabel());
  }

  @Test
  void anotherModuleIsAnotherConfiguration() throws IOException {
    HsmConfig config =
        read("hsm.backend = ffm\nhsm.moduleArguments = configdir='sql:x' flags=\nhsm.slot = 2\n");
    assertEquals(HsmConfig.Backend.FFM, config.backend());
    assertEquals("configdir='sql:x' flags=", config.moduleArguments());
    assertEquals(2, config.slot().orElseThrow());
  }

  /** The simulator of the tests holds its keys in the process: no configuration names it. */
  @Test
  void thereIsNoOtherBackEnd() {
    for (String other : new String[] {"simulated", "simulator", "FFM", "none"}) {
      ConfigException refused =
          assertThrows(ConfigException.class, () -> read("hsm.backend = " + other));
      assertTrue(refused.getMessage().contains("sunpkcs11 or ffm"), refused.getMessage());
    }
  }
}
