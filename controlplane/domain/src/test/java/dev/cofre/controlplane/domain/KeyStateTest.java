package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KeyStateTest {
  @Test
  void keysMoveBetweenActiveAndDisabled() {
    assertTrue(KeyState.ACTIVE.mayBecome(KeyState.DISABLED));
    assertTrue(KeyState.DISABLED.mayBecome(KeyState.ACTIVE));
    assertFalse(KeyState.ACTIVE.mayBecome(KeyState.ACTIVE));
  }
}
