package dev.cofre.contract.transport;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells whether key material arrived as it was sent, without telling anything else of it: AES-CMAC
 * (NIST SP 800-38B) over one block of zeros, the check value of ANSI X9.24-1. Not AES-ECB of a zero
 * block, as CKA_CHECK_VALUE is: that is the hash key of AES-GCM. Immutable.
 */
public final class KeyCheckValue {
  /** Its length. */
  public static final int LENGTH = 16;

  /** So many hexadecimal digits of it are the least that is compared: the five bytes of X9.24-1. */
  public static final int DIGITS_MIN = 10;

  private static final int BLOCK = 16;
  private static final byte POLYNOMIAL = (byte) 0x87;
  private static final Pattern FORM = Pattern.compile("([0-9a-f]{2}){5,16}");
  private static final KeyCheckValue OF_ZEROS = of(new byte[WrappingAlgorithm.MATERIAL_LENGTH]);

  private final byte[] value;

  private KeyCheckValue(byte[] value) {
    this.value = value;
  }

  /**
   * That of {@code material}, an AES key; what is made of it in between is overwritten, as far as
   * the JCA lets it be.
   */
  public static KeyCheckValue of(byte[] material) {
    byte[] subkey = new byte[BLOCK];
    try {
      Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(material, "AES"));
      subkey = aes.doFinal(subkey);
      doubled(subkey);
      return new KeyCheckValue(aes.doFinal(subkey));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the material is no AES key", e);
    } finally {
      Arrays.fill(subkey, (byte) 0);
    }
  }

  /** Twice {@code block} in GF(2^128), in place and without a branch on it. */
  private static void doubled(byte[] block) {
    int carry = (block[0] & 0x80) >> 7;
    for (int i = 0; i < BLOCK - 1; i++) {
      block[i] = (byte) (block[i] << 1 | (block[i + 1] & 0xff) >>> 7);
    }
    block[BLOCK - 1] = (byte) (block[BLOCK - 1] << 1 ^ (POLYNOMIAL & -carry));
  }

  /** One that a token has computed. */
  public static KeyCheckValue ofCmac(byte[] cmac) {
    if (cmac.length != LENGTH) {
      throw new IllegalArgumentException("a CMAC has " + LENGTH + " bytes");
    }
    return new KeyCheckValue(cmac.clone());
  }

  /** What a caller sent, in lower case; empty when it is no check value. */
  public static Optional<String> read(String text) {
    String lower = text.toLowerCase(java.util.Locale.ROOT);
    return FORM.matcher(lower).matches() ? Optional.of(lower) : Optional.empty();
  }

  /** Whether {@code digits}, its first ten or more, are those of this one; in constant time. */
  public boolean beginsWith(String digits) {
    byte[] expected = HexFormat.of().parseHex(digits);
    return expected.length * 2 >= DIGITS_MIN
        && expected.length <= LENGTH
        && MessageDigest.isEqual(expected, Arrays.copyOf(value, expected.length));
  }

  /** Whether it is that of 32 zeros. */
  public boolean isOfZeros() {
    return MessageDigest.isEqual(value, OF_ZEROS.value);
  }

  /** All of it, 32 hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyCheckValue that && MessageDigest.isEqual(value, that.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  /** Its first ten digits. */
  @Override
  public String toString() {
    return hex().substring(0, DIGITS_MIN);
  }
}
