package dev.cofre.engine.aead;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.envelope.Aead;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.golden.GoldenEnvelope;
import dev.cofre.contract.golden.GoldenEnvelopes;
import dev.cofre.contract.random.ReplayableRandom;
import dev.cofre.contract.vectors.NistVectors;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every AEAD back end does alike: the same tests, unchanged, for each. */
abstract class AeadContract {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] NO_AAD = new byte[0];
  private static final int[] LENGTHS = {
    0, 1, 15, 16, 17, 63, 64, 511, 512, 513, 767, 768, 1023, 1024, 8192, 16_384, 65_535, 65_536
  };
  private static final int[] AAD_LENGTHS = {0, 1, 16, 190, 4096};

  private final ReplayableRandom random = ReplayableRandom.of(getClass().getSimpleName());
  private final AeadBackEnd backEnd = backEnd();
  private final Aead aead = backEnd.newAead();

  /** The back end under test. */
  abstract AeadBackEnd backEnd();

  @Test
  void passesItsSelfTest() {
    backEnd.selfTest();
  }

  @Test
  void sealsWhatNistSealed() {
    List<Map<String, String>> cases = nist("gcmEncryptExtIV256.rsp");
    assertEquals(375, cases.size());
    for (Map<String, String> c : cases) {
      byte[] plaintext = HEX.parseHex(c.get("PT"));
      byte[] out = new byte[plaintext.length + 16];
      aead.key(HEX.parseHex(c.get("Key")), 0);
      byte[] nonce = HEX.parseHex(c.get("IV"));
      byte[] aad = HEX.parseHex(c.get("AAD"));
      assertEquals(out.length, aead.seal(nonce, aad, plaintext, 0, plaintext.length, out, 0));
      assertArrayEquals(HEX.parseHex(c.get("CT") + c.get("Tag")), out, c::toString);
    }
  }

  @Test
  void opensWhatNistOpensAndNothingElse() {
    int refused = 0;
    for (Map<String, String> c : nist("gcmDecrypt256.rsp")) {
      byte[] sealed = HEX.parseHex(c.get("CT") + c.get("Tag"));
      byte[] out = new byte[sealed.length];
      aead.key(HEX.parseHex(c.get("Key")), 0);
      byte[] nonce = HEX.parseHex(c.get("IV"));
      int written = aead.open(nonce, HEX.parseHex(c.get("AAD")), sealed, 0, sealed.length, out, 0);
      if (c.containsKey("FAIL")) {
        assertEquals(-1, written, c::toString);
        refused++;
      } else {
        assertArrayEquals(HEX.parseHex(c.get("PT")), Arrays.copyOf(out, written), c::toString);
      }
    }
    assertEquals(191, refused);
  }

  @Test
  void opensTheGoldenEnvelopes() throws GeneralSecurityException {
    for (GoldenEnvelope golden : GoldenEnvelopes.all()) {
      byte[] envelope = golden.envelope();
      byte[] aad = golden.context().canonical();
      byte[] opened = new byte[golden.plaintextLength()];
      WrappedDataKey wrapped = WrappedDataKey.parse(envelope, 0);
      try (RequestKeyDerivation derivation =
              new RequestKeyDerivation(GoldenEnvelopes.unwrap(golden), wrapped);
          EnvelopeOpener opener = new EnvelopeOpener(backEnd.newAead())) {
        int length = opener.open(derivation, aad, envelope, 0, envelope.length, opened, 0);
        assertEquals(golden.plaintextLength(), length, golden.name());
        assertArrayEquals(
            golden.bytes("plaintextSha256"), GoldenEnvelopes.sha256(opened), golden.name());
      }
    }
  }

  @Test
  void agreesWithBouncyCastleAtEveryLength() {
    for (int length : LENGTHS) {
      for (int aadLength : AAD_LENGTHS) {
        agree(length, aadLength);
      }
    }
  }

  @Test
  void agreesWithBouncyCastleOnRandomMessages() {
    for (int i = 0; i < 300; i++) {
      agree(random.nextInt(3000), random.nextInt(300));
    }
  }

  /** Reads and writes between other bytes, which stay as they were. */
  private void agree(int length, int aadLength) {
    byte[] keys = random.bytes(40);
    byte[] nonce = random.bytes(12);
    byte[] aad = random.bytes(aadLength);
    byte[] in = random.bytes(length + 7);
    byte[] out = random.bytes(length + 16 + 5);
    byte[] before = out.clone();
    byte[] key = Arrays.copyOfRange(keys, 5, 37);
    aead.key(keys, 5);
    Arrays.fill(keys, (byte) 0);
    assertEquals(length + 16, aead.seal(nonce, aad, in, 4, length, out, 3));
    byte[] plaintext = Arrays.copyOfRange(in, 4, 4 + length);
    byte[] expected = BouncyCastleGcm.seal(key, nonce, aad, plaintext);
    assertArrayEquals(expected, Arrays.copyOfRange(out, 3, 3 + expected.length));
    assertArrayEquals(Arrays.copyOf(before, 3), Arrays.copyOf(out, 3));
    assertEquals(before[length + 19], out[length + 19]);
    assertEquals(before[length + 20], out[length + 20]);
    byte[] opened = new byte[length + 9];
    assertEquals(length, aead.open(nonce, aad, out, 3, length + 16, opened, 2));
    assertArrayEquals(plaintext, Arrays.copyOfRange(opened, 2, 2 + length));
    assertArrayEquals(new byte[7], Arrays.copyOfRange(opened, 2 + length, length + 9));
  }

  @Test
  void refusesWhatWasChanged() {
    for (int length : new int[] {1, 600, 16_384}) {
      byte[] nonce = random.bytes(12);
      byte[] aad = random.bytes(20);
      byte[] sealed = new byte[length + 16];
      aead.key(random.bytes(32), 0);
      aead.seal(nonce, aad, random.bytes(length), 0, length, sealed, 0);
      for (int i = 0; i < 100; i++) {
        refusesABitOf(sealed, nonce, aad, sealed);
        refusesABitOf(nonce, nonce, aad, sealed);
        refusesABitOf(aad, nonce, aad, sealed);
      }
      assertEquals(length, aead.open(nonce, aad, sealed, 0, sealed.length, new byte[length], 0));
    }
  }

  private void refusesABitOf(byte[] changed, byte[] nonce, byte[] aad, byte[] sealed) {
    int bit = random.nextInt(changed.length * 8);
    changed[bit / 8] ^= (byte) (1 << bit % 8);
    byte[] out = new byte[sealed.length];
    assertEquals(-1, aead.open(nonce, aad, sealed, 0, sealed.length, out, 0));
    changed[bit / 8] ^= (byte) (1 << bit % 8);
  }

  @Test
  void refusesWhatWasCutOrExtended() {
    byte[] nonce = random.bytes(12);
    byte[] sealed = new byte[100 + 16 + 1];
    aead.key(random.bytes(32), 0);
    aead.seal(nonce, NO_AAD, random.bytes(100), 0, 100, sealed, 0);
    byte[] out = new byte[120];
    for (int length = 0; length <= sealed.length; length++) {
      int expected = length == 116 ? 100 : -1;
      assertEquals(expected, aead.open(nonce, NO_AAD, sealed, 0, length, out, 0));
    }
    assertEquals(-1, aead.open(nonce, NO_AAD, sealed, 1, 116, out, 0));
  }

  @Test
  void refusesAnotherKey() {
    byte[] nonce = random.bytes(12);
    byte[] sealed = new byte[116];
    byte[] keys = random.bytes(64);
    aead.key(keys, 0);
    aead.seal(nonce, NO_AAD, random.bytes(100), 0, 100, sealed, 0);
    aead.key(keys, 32);
    assertEquals(-1, aead.open(nonce, NO_AAD, sealed, 0, 116, new byte[100], 0));
    aead.key(keys, 0);
    assertEquals(100, aead.open(nonce, NO_AAD, sealed, 0, 116, new byte[100], 0));
  }

  @Test
  void goesOnAfterARefusal() {
    byte[] nonce = random.bytes(12);
    byte[] plaintext = random.bytes(50);
    byte[] sealed = new byte[66];
    aead.key(random.bytes(32), 0);
    assertEquals(-1, aead.open(nonce, NO_AAD, random.bytes(66), 0, 66, new byte[50], 0));
    nonce[0]++;
    aead.seal(nonce, NO_AAD, plaintext, 0, 50, sealed, 0);
    byte[] opened = new byte[50];
    assertEquals(50, aead.open(nonce, NO_AAD, sealed, 0, 66, opened, 0));
    assertArrayEquals(plaintext, opened);
  }

  @Test
  void aBufferThatIsTooShortIsAnError() {
    byte[] nonce = random.bytes(12);
    byte[] sealed = new byte[66];
    aead.key(random.bytes(32), 0);
    assertThrows(
        RuntimeException.class,
        () -> aead.seal(nonce, NO_AAD, new byte[50], 0, 50, new byte[65], 0));
    nonce[0]++;
    aead.seal(nonce, NO_AAD, new byte[50], 0, 50, sealed, 0);
    assertThrows(
        RuntimeException.class, () -> aead.open(nonce, NO_AAD, sealed, 0, 66, new byte[49], 0));
  }

  @Test
  void aRepeatedNonceIsRefused() {
    byte[] nonce = random.bytes(12);
    byte[] key = random.bytes(32);
    aead.key(key, 0);
    aead.seal(nonce, NO_AAD, new byte[50], 0, 50, new byte[66], 0);
    assertThrows(
        IllegalStateException.class,
        () -> aead.seal(nonce, NO_AAD, new byte[50], 0, 50, new byte[66], 0));
  }

  @Test
  void withoutAKeyNothingIsDone() {
    byte[] out = new byte[64];
    assertThrows(
        IllegalStateException.class, () -> aead.seal(new byte[12], NO_AAD, out, 0, 1, out, 20));
    aead.key(random.bytes(32), 0);
    aead.clear();
    assertThrows(
        IllegalStateException.class, () -> aead.open(new byte[12], NO_AAD, out, 0, 17, out, 20));
  }

  private static List<Map<String, String>> nist(String file) {
    return NistVectors.read("ciphers/AES/GCM/" + file, "Count = ").stream()
        .filter(c -> "96".equals(c.get("IVlen")))
        .filter(c -> "128".equals(c.get("Taglen")))
        .toList();
  }
}
