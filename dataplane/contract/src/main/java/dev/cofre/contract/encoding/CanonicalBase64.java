package dev.cofre.contract.encoding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Base64 of RFC 4648 §4 in its one canonical form: padded, no other characters, unused bits zero.
 *
 * <p>The JDK's decoder also takes input without padding and ignores unused bits, so that two texts
 * could stand for the same bytes; here they are refused.
 */
public final class CanonicalBase64 {
  /** The characters before {@code ==} and {@code =} whose last four or two bits are zero. */
  private static final String LAST_BEFORE_TWO = "AQgw";

  private static final String LAST_BEFORE_ONE = "AEIMQUYcgkosw048";

  private CanonicalBase64() {}

  /** Encodes {@code bytes}. */
  public static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * Decodes {@code text}.
   *
   * @throws IllegalArgumentException when the text is not canonical base64
   */
  public static byte[] decode(String text) {
    // What is not Latin-1 becomes '?', which is no character of base64.
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return decode(bytes, 0, bytes.length);
  }

  /**
   * Decodes the {@code length} characters of {@code text} from {@code offset} on, each a byte.
   *
   * @throws IllegalArgumentException when they are not canonical base64
   */
  public static byte[] decode(byte[] text, int offset, int length) {
    if (length % 4 != 0) {
      throw new IllegalArgumentException("base64 must be padded to a multiple of four characters");
    }
    ByteBuffer decoded = Base64.getDecoder().decode(ByteBuffer.wrap(text, offset, length));
    int end = offset + length;
    if (length > 0 && text[end - 1] == '=') {
      boolean two = text[end - 2] == '=';
      char last = (char) text[end - (two ? 3 : 2)];
      if ((two ? LAST_BEFORE_TWO : LAST_BEFORE_ONE).indexOf(last) < 0) {
        throw new IllegalArgumentException("base64 is not canonical: its unused bits must be zero");
      }
    }
    byte[] array = decoded.array();
    return array.length == decoded.limit() ? array : Arrays.copyOf(array, decoded.limit());
  }
}
