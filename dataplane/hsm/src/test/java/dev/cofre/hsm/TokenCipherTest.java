package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;

/** A token that fails as the test says: SunPKCS11 makes CKR_GENERAL_ERROR a bad tag. */
class TokenCipherTest {
  private static final byte[] IV = new byte[Hsm.IV_LENGTH];
  private static final byte[] AAD = new byte[0];
  private static final byte[] JUNK = {1, 2, 3};
  private static final byte[] GOOD = {4, 5, 6};

  private final AtomicLong clockNs = new AtomicLong();
  private final FakeToken token = new FakeToken();
  private final TokenCipher cipher = new TokenCipher(token, clockNs::get);

  @Test
  void junkIsRejectedByATokenThatWorks() {
    assertRejected();
    assertEquals(List.of("decrypt", "encrypt", "decrypt"), token.calls);
  }

  @Test
  void aTokenThatFailsDoesNotRejectAnything() {
    token.broken = true;
    assertFailed(() -> cipher.decrypt("kek", IV, AAD, GOOD));
    assertEquals(1, token.reloads);
  }

  @Test
  void aTokenThatIsHealedByAReloadAnswers() {
    token.broken = true;
    token.healing = true;
    assertArrayEquals(GOOD, cipher.decrypt("kek", IV, AAD, GOOD).copy());
    token.broken = true;
    clockNs.addAndGet(2_000_000_000L);
    assertRejected();
    assertEquals(2, token.reloads);
  }

  @Test
  void aFailedEncryptionIsTheTokensFault() {
    token.broken = true;
    assertFailed(() -> cipher.encrypt("kek", IV, AAD, ClearKey.of(GOOD)));
    assertEquals(List.of("encrypt", "reload", "encrypt"), token.calls);
  }

  @Test
  void whatTheTokenSaysOfTheCiphertextNeedsNoCanary() {
    token.junkError = "CKR_ENCRYPTED_DATA_INVALID";
    assertRejected();
    assertEquals(List.of("decrypt"), token.calls);
  }

  @Test
  void aSecondOfJunkCostsOneCanary() {
    for (int i = 0; i < 100; i++) {
      assertRejected();
    }
    assertEquals(102, token.calls.size());
    clockNs.addAndGet(1_000_000_000L);
    assertRejected();
    assertEquals(105, token.calls.size());
    assertEquals(2, token.ivs.size(), "each canary has an IV of its own");
    assertFalse(token.ivs.contains(HexFormat.of().formatHex(IV)));
  }

  private void assertRejected() {
    assertThrows(WrapRejectedException.class, () -> cipher.decrypt("kek", IV, AAD, JUNK));
  }

  private static void assertFailed(org.junit.jupiter.api.function.Executable call) {
    HsmException failure = assertThrows(HsmException.class, call);
    assertFalse(failure instanceof WrapRejectedException, "it is not the caller's fault");
    assertInstanceOf(AEADBadTagException.class, failure.getCause());
  }

  private static final class FakeToken implements TokenCipher.Token {
    final List<String> calls = new ArrayList<>();
    final Set<String> ivs = new HashSet<>();
    boolean broken;
    boolean healing;
    int reloads;
    String junkError = "CKR_GENERAL_ERROR";

    @Override
    public byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key)
        throws GeneralSecurityException {
      calls.add("encrypt");
      ivs.add(HexFormat.of().formatHex(iv));
      return crypt(key.copy());
    }

    @Override
    public ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
        throws GeneralSecurityException {
      calls.add("decrypt");
      return ClearKey.of(crypt(wrapped));
    }

    private byte[] crypt(byte[] input) throws GeneralSecurityException {
      if (broken || java.util.Arrays.equals(input, JUNK)) {
        AEADBadTagException failure = new AEADBadTagException("bad tag");
        failure.initCause(new ProviderException(broken ? "CKR_GENERAL_ERROR" : junkError));
        throw failure;
      }
      return input.clone();
    }

    @Override
    public void reload() {
      calls.add("reload");
      reloads++;
      broken = broken && !healing;
    }
  }
}
