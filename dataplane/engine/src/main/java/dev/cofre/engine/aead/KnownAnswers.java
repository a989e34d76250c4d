package dev.cofre.engine.aead;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import dev.cofre.contract.envelope.Aead;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * AES-256-GCM answers that everybody agrees on: cases of NIST's CAVP file gcmEncryptExtIV256, and
 * the tags of longer messages. Providers take other code for other lengths, so there is one for
 * each side of their borders; a tag covers all of its ciphertext.
 */
final class KnownAnswers {
  private static final HexFormat HEX = HexFormat.of();

  /** A case of NIST's; {@code sealed} is ciphertext ‖ tag. */
  record Vector(String key, String nonce, String plaintext, String aad, String sealed) {}

  /**
   * The tag of {@code length} bytes, of which byte i is 7 i + length, under the key 0 … 31 and the
   * nonce that ends in the length.
   */
  record Tag(int length, String tag) {}

  static final List<Vector> VECTORS =
      List.of(
          new Vector(
              "f4069bb739d07d0cafdcbc609ca01597f985c43db63bbaaa0debbb04d384e49c",
              "d25ff30fdc3d464fe173e805",
              "",
              "3e1449c4837f0892f9d55127c75c4b25d69be334baf5f19394d2d8bb460cbf21"
                  + "20e14736d0f634aa792feca20e455f11",
              "805ec2931c2181e5bfb74fa0a975f0cf"),
          new Vector(
              "92e11dcdaa866f5ce790fd24501f92509aacf4cb8b1339d50c9c1240935dd08b",
              "ac93a1a6145299bde902f21a",
              "2d71bcfa914e4ac045b2aa60955fad24",
              "1e0889016f67601c8ebea4943bc23ad6",
              "8995ae2e6df3dbf96fac7b7137bae67feca5aa77d51d4a0a14d9c51e1da474ab"),
          new Vector(
              "148579a3cbca86d5520d66c0ec71ca5f7e41ba78e56dc6eebd566fed547fe691",
              "b08a5ea1927499c6ecbfd4e0",
              "9d0b15fdf1bd595f91f8b3abc0f7dec927dfd4799935a1795d9ce00c9b879434"
                  + "420fe42c275a7cd7b39d638fb81ca52b49dc41",
              "e4f963f015ffbb99ee3349bbaf7e8e8e6c2a71c230a48f9d59860a29091d2747"
                  + "e01a5ca572347e247d25f56ba7ae8e05cde2be3c97931292c02370208ecd097e"
                  + "f692687fecf2f419d3200162a6480a57dad408a0dfeb492e2c5d",
              "2097e372950a5e9383c675e89eea1c314f999159f5611344b298cda45e628437"
                  + "16f215f82ee663919c64002a5c198d7878fd3fadbecdb0d5c2224d804d2886ff"
                  + "9a5760"));

  static final List<Tag> TAGS =
      List.of(
          new Tag(1, "0b7c78f8f7f532b52cf207928d4d18cd"),
          new Tag(15, "85ab070bc39e71500107759903621bd8"),
          new Tag(16, "3c1d7853105aeaaff2a2b68a916458cf"),
          new Tag(17, "c991a4e9b4c9dc504431f3e1b253ab64"),
          new Tag(511, "6c6ad02fa9bf8a642f654cbe2a4ec94a"),
          new Tag(512, "00e1a882f1f4748843ca92fe96c66ef6"),
          new Tag(767, "0a3157790ad6c84008d38b67633ed97c"),
          new Tag(768, "f4a2fc27d555ada279ab835d5b2b62cb"),
          new Tag(1024, "cf46ae395dbfe4812c3b4664a02ca447"),
          new Tag(8191, "9869b457664fa1a5251f125004a53ffa"),
          new Tag(16_384, "a3105b14850ae63143d21384b1eccb25"),
          new Tag(65_535, "10429aa9ed0a07ad28a25aeb9512383a"),
          new Tag(65_536, "3cbd4279f6a25e529f775e21ea213f02"));

  private final String name;
  private final Aead aead;

  private KnownAnswers(String name, Aead aead) {
    this.name = name;
    this.aead = aead;
  }

  /** Throws an {@link IllegalStateException} when {@code aead} gives another answer. */
  static void prove(String name, Aead aead) {
    KnownAnswers answers = new KnownAnswers(name, aead);
    VECTORS.forEach(answers::prove);
    TAGS.forEach(answers::prove);
    aead.clear();
  }

  private void prove(Vector vector) {
    byte[] plaintext = HEX.parseHex(vector.plaintext);
    byte[] expected = HEX.parseHex(vector.sealed);
    byte[] nonce = HEX.parseHex(vector.nonce);
    byte[] aad = HEX.parseHex(vector.aad);
    aead.key(HEX.parseHex(vector.key), 0);
    byte[] sealed = seal(nonce, aad, plaintext);
    require(Arrays.equals(expected, sealed), plaintext.length);
    proveOpening(nonce, aad, plaintext, sealed);
  }

  private void prove(Tag expected) {
    int length = expected.length;
    byte[] plaintext = plaintext(length);
    byte[] nonce = nonce(length);
    aead.key(key(), 0);
    byte[] sealed = seal(nonce, new byte[0], plaintext);
    byte[] tag = Arrays.copyOfRange(sealed, length, length + TAG_LENGTH);
    require(Arrays.equals(HEX.parseHex(expected.tag), tag), length);
    proveOpening(nonce, new byte[0], plaintext, sealed);
  }

  private byte[] seal(byte[] nonce, byte[] aad, byte[] plaintext) {
    byte[] sealed = new byte[plaintext.length + TAG_LENGTH];
    int written = aead.seal(nonce, aad, plaintext, 0, plaintext.length, sealed, 0);
    require(written == sealed.length, plaintext.length);
    return sealed;
  }

  private void proveOpening(byte[] nonce, byte[] aad, byte[] plaintext, byte[] sealed) {
    byte[] opened = new byte[plaintext.length];
    int written = aead.open(nonce, aad, sealed, 0, sealed.length, opened, 0);
    require(written == plaintext.length && Arrays.equals(plaintext, opened), plaintext.length);
    sealed[sealed.length / 2] ^= 0x10;
    require(aead.open(nonce, aad, sealed, 0, sealed.length, opened, 0) == -1, plaintext.length);
  }

  private void require(boolean right, int length) {
    if (!right) {
      throw wrong(name, "a message of " + length + " bytes");
    }
  }

  /** The name is one of ours, the case one of these: nothing secret is told. */
  static IllegalStateException wrong(String name, String what) {
    return new IllegalStateException(
        "AES-256-GCM by " + name + " gives a wrong answer for " + what + ": it must not be used");
  }

  static byte[] key() {
    byte[] key = new byte[KEY_LENGTH];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    return key;
  }

  static byte[] nonce(int length) {
    byte[] nonce = new byte[12];
    for (int i = 0; i < Integer.BYTES; i++) {
      nonce[8 + i] = (byte) (length >>> (8 * (3 - i)));
    }
    return nonce;
  }

  static byte[] plaintext(int length) {
    byte[] plaintext = new byte[length];
    for (int i = 0; i < length; i++) {
      plaintext[i] = (byte) (7 * i + length);
    }
    return plaintext;
  }
}
