package dev.cofre.contract.encoding;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Base64 of RFC 4648 §4 in its one canonical form: padded, no other characters, unused bits zero.
 *
 * <p>The JDK's decoder also takes input without padding and ignores unused bits, so that two texts
 * could stand for the same bytes; here they are refused.
 */
public final class CanonicalBase64 {
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
    int length = text.length();
    if (length % 4 != 0) {
      throw new IllegalArgumentException("base64 must be padded to a multiple of four characters");
    }
    byte[] decoded = Base64.getDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1));
    if (length > 0 && text.charAt(length - 1) == '=') {
      int tailLength = decoded.length % 3;
      byte[] tail = new byte[tailLength];
      System.arraycopy(decoded, decoded.length - tailLength, tail, 0, tailLength);
      if (!text.endsWith(encode(tail))) {
        throw new IllegalArgumentException("base64 is not canonical: its unused bits must be zero");
      }
    }
    return decoded;
  }
}
