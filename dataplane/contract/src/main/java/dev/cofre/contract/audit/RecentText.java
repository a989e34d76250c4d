package dev.cofre.contract.audit;

/**
 * The bytes of the text that a field of the last record held, with their length before them. Not
 * thread-safe.
 */
final class RecentText {
  /** Longer ones are not kept. */
  private static final int BYTES_MAX = 256;

  private final byte[] bytes = new byte[BYTES_MAX];
  private String text;
  private int length;

  boolean isOf(String other) {
    return text != null && text.equals(other);
  }

  int copyTo(byte[] out, int at) {
    System.arraycopy(bytes, 0, out, at, length);
    return at + length;
  }

  /** Keeps what stands in {@code written} from {@code from} to {@code to}. */
  void keep(String other, byte[] written, int from, int to) {
    text = to - from <= BYTES_MAX ? other : null;
    if (text != null) {
      length = to - from;
      System.arraycopy(written, from, bytes, 0, length);
    }
  }
}
