package dev.cofre.contract.frames;

import static dev.cofre.contract.frames.FrameFormat.getInt;

/**
 * Reads the items of a batch frame where they stand: u32 count, then for each u32 length ‖ bytes.
 * Not thread-safe; reusable.
 */
public final class BatchReader {
  private byte[] bytes;
  private int at;
  private int end;
  private int left;
  private int offset;
  private int length;

  /**
   * Begins with the body of a batch frame.
   *
   * @return the number of items, or -1 when the body is not well formed: then there are none
   */
  public int begin(byte[] in, int bodyOffset, int bodyLength) {
    bytes = in;
    left = 0;
    if (bodyLength < FrameFormat.BATCH_HEAD_LENGTH) {
      return -1;
    }
    int count = getInt(in, bodyOffset);
    if (count < 0 || count > FrameFormat.BATCH_ITEMS_MAX || !fits(bodyOffset, bodyLength, count)) {
      return -1;
    }
    at = bodyOffset + FrameFormat.BATCH_HEAD_LENGTH;
    end = bodyOffset + bodyLength;
    left = count;
    return count;
  }

  /** Whether exactly {@code count} items stand in the body. */
  private boolean fits(int bodyOffset, int bodyLength, int count) {
    long next = (long) bodyOffset + FrameFormat.BATCH_HEAD_LENGTH;
    long stop = (long) bodyOffset + bodyLength;
    for (int i = 0; i < count; i++) {
      if (next + FrameFormat.ITEM_HEAD_LENGTH > stop) {
        return false;
      }
      int itemLength = getInt(bytes, (int) next);
      next += FrameFormat.ITEM_HEAD_LENGTH + (itemLength & 0xffff_ffffL);
    }
    return next == stop;
  }

  /** Goes on to the next item; false behind the last. */
  public boolean next() {
    if (left == 0) {
      return false;
    }
    left--;
    length = getInt(bytes, at);
    offset = at + FrameFormat.ITEM_HEAD_LENGTH;
    at = offset + length;
    assert at <= end;
    return true;
  }

  /** Where the item begins. */
  public int offset() {
    return offset;
  }

  /** How long the item is. */
  public int length() {
    return length;
  }
}
