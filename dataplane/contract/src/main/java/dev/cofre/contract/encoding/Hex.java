package dev.cofre.contract.encoding;

import java.util.HexFormat;

/** Lower-case hexadecimal. */
public final class Hex {
  private Hex() {}

  /** {@code bytes} as text. */
  public static String encode(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * The bytes that {@code text} stands for.
   *
   * @throws IllegalArgumentException when it is not hexadecimal
   */
  public static byte[] decode(String text) {
    return HexFormat.of().parseHex(text);
  }
}
