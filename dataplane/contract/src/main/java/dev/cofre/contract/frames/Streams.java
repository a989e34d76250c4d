package dev.cofre.contract.frames;

/**
 * What opens a stream: u8 operation ‖ u32 credit ‖ u8 length ‖ the key's name. Stateless.
 *
 * <p>The credit is how many bytes of answer data the client takes before it gives more.
 */
public final class Streams {
  /** A plaintext to its envelope. */
  public static final int ENCRYPT = 1;

  /** An envelope to its plaintext. */
  public static final int DECRYPT = 2;

  /** An envelope to one under the current version, of another key if named. */
  public static final int REENCRYPT = 3;

  /** How much of a stream a client may send before the server gives credit. */
  public static final int CREDIT_BYTES = 2 * (64 * 1024 + 16);

  private static final int FIXED_LENGTH = 6;

  private Streams() {}

  /** Whether the body of an opening frame is well formed. */
  public static boolean isOpening(byte[] in, int offset, int length) {
    return length >= FIXED_LENGTH
        && in[offset] >= ENCRYPT
        && in[offset] <= REENCRYPT
        && length == FIXED_LENGTH + (in[offset + 5] & 0xff);
  }

  /** The operation that it names. */
  public static int operation(byte[] in, int offset) {
    return in[offset];
  }

  /** The credit that it gives. */
  public static int credit(byte[] in, int offset) {
    return FrameFormat.getInt(in, offset + 1);
  }

  /** Where the key's name begins. */
  public static int keyOffset(int offset) {
    return offset + FIXED_LENGTH;
  }
}
