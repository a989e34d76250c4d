package dev.cofre.contract.context;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

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

  /** Decodes {@code text}; what is not well formed is an {@code invalid_request}. */
  static String decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? hexDigit(text.charAt(i + 1)) : -1;
        int low = i + 2 < text.length() ? hexDigit(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          throw malformed();
        }
        bytes.write(high << 4 | low);
        i += 2;
      } else if (c > 0x20 && c < 0x7f) {
        bytes.write(c);
      } else {
        throw malformed();
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
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
