package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NativePasswordHashTest {
  @Test
  void isWhatTheServerComputes() {
    char[] password = "password".toCharArray();
    // SELECT PASSWORD('password')
    assertEquals("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", NativePasswordHash.of(password));
    assertArrayEquals("password".toCharArray(), password);
  }
}
