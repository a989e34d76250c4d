package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinTest {
  @Test
  void aPromptNeedsATerminal() {
    // Tests have none.
    HsmException refused = assertThrows(HsmException.class, () -> Pin.read(Pin.PROMPT));
    assertTrue(refused.getMessage().contains("there is no terminal"), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
  }

  @Test
  void aPromptNeedsAnAnswer() {
    for (char[] nothing : new char[][] {null, {}}) {
      HsmException refused = assertThrows(HsmException.class, () -> Pin.typed(nothing));
      assertEquals("no PIN was typed (hsm.pinFile = prompt)", refused.getMessage());
    }
    assertArrayEquals(new char[] {'1'}, Pin.typed(new char[] {'1'}).chars());
  }

  @Test
  void refusesAPinFileThatOthersCanRead(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("pin"), "1234");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    HsmException refused = assertThrows(HsmException.class, () -> Pin.read(file.toString()));
    assertTrue(refused.getMessage().contains("chmod 600"), refused.getMessage());
  }
}
