package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How often a PIN is tried. A token counts the wrong ones and locks itself. */
class LoginAttemptsTest {
  @Test
  void aPinThatWasRefusedIsNeverTriedAgain() {
    Pin pin = SoftHsmToken.pin();
    try (Hsm hsm = Pkcs11Hsm.login(SoftHsmToken.CONFIG, pin)) {
      char right = pin.chars()[0];
      pin.chars()[0] = '!';
      logOutTheProcess();

      HsmException first = awaitFailure(hsm);
      assertTrue(first.getMessage().contains("refused the PIN"), first.getMessage());

      // If the token were asked, it would say yes now.
      pin.chars()[0] = right;
      HsmException second = assertThrows(HsmException.class, hsm::ping);
      assertEquals(first.getMessage(), second.getMessage());
      assertThrows(HsmException.class, () -> hsm.generateKek("never"));
      assertThrows(HsmException.class, () -> hsm.hasKek("never"));
      assertThrows(HsmException.class, () -> hsm.signingKey("never"));
      assertNotSame(second, assertThrows(HsmException.class, hsm::ping));
    }
  }

  @Test
  void noPinIsTriedAfterTheClose() {
    Hsm hsm = SoftHsmToken.login();
    hsm.generateKek("closed");
    hsm.close();
    assertClosed(assertThrows(HsmException.class, hsm::ping));
    assertClosed(
        assertThrows(
            HsmException.class,
            () -> hsm.wrap("closed", new byte[Hsm.IV_LENGTH], new byte[0], new byte[32])));
  }

  /** The provider believes in its login for a few milliseconds before it looks again. */
  private static HsmException awaitFailure(Hsm hsm) {
    long deadlineNs = System.nanoTime() + 10_000_000_000L;
    while (System.nanoTime() < deadlineNs) {
      try {
        hsm.ping();
      } catch (HsmException e) {
        return e;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("the token still takes the login");
  }

  private static void assertClosed(HsmException failure) {
    assertEquals("the HSM connection is closed", failure.getMessage());
  }

  /** The login is the process's: whoever logs out does so for all. */
  private static void logOutTheProcess() {
    SoftHsmToken.login().close();
  }
}
