package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

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
}
