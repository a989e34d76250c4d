package dev.cofre.engine.aead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.envelope.Aead;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The answers are right by a second library, and a wrong one is seen. */
class KnownAnswersTest {
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void bouncyCastleGivesTheSame() {
    for (KnownAnswers.Vector vector : KnownAnswers.VECTORS) {
      byte[] sealed =
          BouncyCastleGcm.seal(
              HEX.parseHex(vector.key()),
              HEX.parseHex(vector.nonce()),
              HEX.parseHex(vector.aad()),
              HEX.parseHex(vector.plaintext()));
      assertEquals(vector.sealed(), HEX.formatHex(sealed));
    }
    for (KnownAnswers.Tag tag : KnownAnswers.TAGS) {
      int length = tag.length();
      byte[] sealed =
          BouncyCastleGcm.seal(
              KnownAnswers.key(),
              KnownAnswers.nonce(length),
              new byte[0],
              KnownAnswers.plaintext(length));
      assertEquals(tag.tag(), HEX.formatHex(Arrays.copyOfRange(sealed, length, length + 16)));
    }
  }

  @Test
  void aWrongBitOfALongMessageIsSeen() {
    Aead wrong = new Faulty(AeadBackEnd.SUNJCE.newAead(), 8192, false);
    assertTrue(fails(wrong).contains("8191 bytes"), fails(wrong));
  }

  @Test
  void openingWhatWasChangedIsSeen() {
    Aead wrong = new Faulty(AeadBackEnd.SUNJCE.newAead(), Integer.MAX_VALUE, true);
    assertTrue(fails(wrong).contains("must not be used"));
  }

  @Test
  void theEnvelopeIsProvedToo() {
    Aead wrong = new Faulty(AeadBackEnd.SUNJCE.newAead(), 30, false);
    var e = assertThrows(IllegalStateException.class, () -> GoldenAnswer.prove("faulty", wrong));
    assertTrue(e.getMessage().contains("golden envelope"));
  }

  private static String fails(Aead aead) {
    var e = assertThrows(IllegalStateException.class, () -> KnownAnswers.prove("faulty", aead));
    return e.getMessage();
  }

  /** Flips a bit of what is sealed from a length on; or opens whatever it is given. */
  private record Faulty(Aead aead, int from, boolean opensAll) implements Aead {
    @Override
    public void key(byte[] key, int offset) {
      aead.key(key, offset);
    }

    @Override
    public int seal(
        byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
      int written = aead.seal(nonce, aad, in, inOffset, length, out, outOffset);
      if (written >= from) {
        out[outOffset + written - 1] ^= 1;
      }
      return written;
    }

    @Override
    public int open(
        byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
      int read = aead.open(nonce, aad, in, inOffset, length, out, outOffset);
      return opensAll ? length - 16 : read;
    }

    @Override
    public void clear() {
      aead.clear();
    }
  }
}
