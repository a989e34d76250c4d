package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CryptokiTest {
  /** The last one has 17 characters and 33 bytes. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a-label-of-33-bytes-is-one-too-long", "ääääääääääääääää!"})
  void refusesALabelThatATokenCannotHave(String label) {
    Cryptoki module = module();
    HsmException refused =
        assertThrows(
            HsmException.class,
            () -> module.initializeToken(label, SoftHsmToken.pin(), SoftHsmToken.pin()));
    assertTrue(refused.getMessage().contains("1 to 32 bytes"), refused.getMessage());
  }

  @Test
  void aLabelHasAllItsBytes() {
    Cryptoki module = module();
    listAFreeSlot(module);
    String label = "prüf-token-€-16-ü";
    module.initializeToken(label, SoftHsmToken.pin(), SoftHsmToken.pin());
    assertEquals(1, module.tokens().stream().filter(token -> token.label().equals(label)).count());
  }

  @Test
  void saysWhatToInstallWithoutAModule() {
    HsmException refused =
        assertThrows(HsmException.class, () -> Cryptoki.load(Path.of("/nowhere/libhsm.so")));
    assertTrue(refused.getMessage().contains("apt-get install softhsm2"), refused.getMessage());
  }

  @Test
  void refusesWhatIsNoModule(@TempDir Path directory) throws Exception {
    Path text = Files.writeString(directory.resolve("text.so"), "no library");
    for (Path library : List.of(text, Path.of("/lib/x86_64-linux-gnu/libc.so.6"))) {
      HsmException refused = assertThrows(HsmException.class, () -> Cryptoki.load(library));
      assertTrue(refused.getMessage().contains("hsm.library"), refused.getMessage());
    }
  }

  /** SoftHSM2 adds one when it is asked how many slots there are. */
  private static void listAFreeSlot(Cryptoki module) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
      CkResult.check(
          module.module().functions().getSlotList((byte) 0, MemorySegment.NULL, count), "slots");
    }
  }

  private static Cryptoki module() {
    SoftHsmToken.pinFile();
    return Cryptoki.load(SoftHsmToken.CONFIG.library());
  }
}
