package dev.cofre.contract.context;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Percent-encoding of RFC 3986 §2.1 over UTF-8; a plus sign stands for itself. */
final class PercentCoding {
  private static final String UNRESERVED_MARKS = "-._~";
  private static final String DIGITS = "0123456789ABCDEF";

  private PercentCoding() {}

  /** Encodes all but the unreserved characters; a lone surrogate is an {@code invalid_request}. */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : EncryptionContext.utf8(text, "key or value")) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED_MARKS.indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append('%').append(DIGITS.charAt(c >> 4)).append(DIGITS.charAt(c & 15));
      }
    }
    return encoded.toString();
  }

  /**
   * Decodes what stands in {@code text} from {@code from} to {@code to}, to well-formed UTF-8; what
   * is not well formed is an {@code invalid_request}.
   */
  static byte[] decode(String text, int from, int to) {
    byte[] bytes = new byte[to - from];
    int length = 0;
    byte all = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < to ? hexDigit(text.charAt(i + 1)) : -1;
        int low = i + 2 < to ? hexDigit(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          throw malformed();
        }
        bytes[length++] = (byte) (high << 4 | low);
        i += 2;
      } else if (c > 0x20 && c < 0x7f) {
        bytes[length++] = (byte) c;
      } else {
        throw malformed();
      }
      all |= bytes[length - 1];
    }
    if (all < 0) {
      requireUtf8(bytes, length);
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private static void requireUtf8(byte[] bytes, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
    } catch (CharacterCodingException e) {
      throw malformed();
    }
  }

  /** Of ASCII alone: {@link Character#digit} takes the digits of other scripts too. */
  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private static ProblemException malformed() {
    return new ProblemException(
        ErrorCode.INVALID_REQUEST,
        "the Encryption-Context header must be ASCII with all else percent-encoded as UTF-8");
  }
}
