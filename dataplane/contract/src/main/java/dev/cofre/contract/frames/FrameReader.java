package dev.cofre.contract.frames;

import static dev.cofre.contract.frames.FrameFormat.HEADER_LENGTH;
import static dev.cofre.contract.frames.FrameFormat.getInt;
import static dev.cofre.contract.frames.FrameFormat.getShort;

/**
 * Reads one frame after the other where it stands: what it says are offsets into the caller's
 * array. It copies nothing and makes no garbage. Not thread-safe; reusable.
 *
 * <p>What is wrong with the framing itself ({@link #MALFORMED}) ends a connection: nobody can tell
 * where the next frame begins. What is wrong inside a frame is its {@link #fault()}, and the next
 * frame is as good as any.
 */
public final class FrameReader {
  /** What {@link #read} returns when more bytes are needed. */
  public static final int INCOMPLETE = 0;

  /** What {@link #read} returns when these bytes are no frames. */
  public static final int MALFORMED = -1;

  private static final String FLAGS = "a frame has flags that are not known";
  private static final String STATUS = "a request's status must be 0";
  private static final String AREAS = "a frame's extensions and context are longer than the frame";
  private static final String EXTENSION = "a frame's extensions are not well formed";
  private static final String CRITICAL = "a frame has a critical extension that is not known here";
  private static final String DEADLINE = "a deadline is a number of milliseconds from 1 to 3600000";
  private static final String KEY =
      "the body must begin with a key's name: its length as one byte, then its bytes";
  private static final String NO_CONTEXT = "only uses of keys and streams have a context";

  private static final long DEADLINE_MS_MAX = 3_600_000;

  private byte[] bytes;
  private int type;
  private int flags;
  private int status;
  private int correlation;
  private long deadlineMs;
  private int contextOffset;
  private int contextLength;
  private int keyOffset;
  private int keyLength;
  private int bodyOffset;
  private int bodyLength;
  private String fault;

  /**
   * Reads the frame that begins at {@code offset}.
   *
   * @param end where the bytes that are there end
   * @param frameBytesMax the longest frame that is taken
   * @return the frame's length, {@link #INCOMPLETE} or {@link #MALFORMED}
   */
  public int read(byte[] in, int offset, int end, int frameBytesMax) {
    int available = end - offset;
    if (available < Integer.BYTES) {
      return INCOMPLETE;
    }
    int length = getInt(in, offset);
    if (length < HEADER_LENGTH || length > frameBytesMax) {
      return MALFORMED;
    }
    if (available < length) {
      return INCOMPLETE;
    }
    bytes = in;
    type = in[offset + FrameFormat.TYPE_AT] & 0xff;
    flags = in[offset + FrameFormat.FLAGS_AT] & 0xff;
    status = getShort(in, offset + FrameFormat.STATUS_AT);
    correlation = getInt(in, offset + FrameFormat.CORRELATION_AT);
    deadlineMs = 0;
    keyOffset = 0;
    keyLength = 0;
    fault = null;
    areas(in, offset, length);
    return length;
  }

  private void areas(byte[] in, int offset, int length) {
    int extensions = getShort(in, offset + FrameFormat.EXTENSIONS_AT);
    contextLength = getShort(in, offset + FrameFormat.CONTEXT_AT);
    contextOffset = offset + HEADER_LENGTH + extensions;
    bodyOffset = contextOffset + contextLength;
    bodyLength = offset + length - bodyOffset;
    if (bodyLength < 0) {
      contextOffset = offset + HEADER_LENGTH;
      contextLength = 0;
      bodyOffset = contextOffset;
      bodyLength = 0;
      fault = AREAS;
      return;
    }
    if (extensions > 0) {
      extensions(in, offset + HEADER_LENGTH, contextOffset);
    }
    if ((flags & ~FrameFormat.FLAGS) != 0) {
      fault = FLAGS;
    }
    if (type < FrameType.ANSWER) {
      request(in);
    }
  }

  private void request(byte[] in) {
    if (status != 0) {
      fault = STATUS;
    }
    if (FrameType.namesKey(type)) {
      key(in);
    }
    if (contextLength > 0 && !FrameType.isUse(type) && type != FrameType.STREAM_OPEN) {
      fault = NO_CONTEXT;
    }
  }

  private void key(byte[] in) {
    int named = bodyLength == 0 ? -1 : in[bodyOffset] & 0xff;
    if (named < 0 || named >= bodyLength) {
      fault = KEY;
      return;
    }
    keyOffset = bodyOffset + 1;
    keyLength = named;
    bodyOffset += 1 + named;
    bodyLength -= 1 + named;
  }

  private void extensions(byte[] in, int from, int to) {
    int at = from;
    while (at < to) {
      int length = at + 4 > to ? 0 : getShort(in, at + 2);
      if (at + 4 + length > to) {
        fault = EXTENSION;
        return;
      }
      int kind = getShort(in, at);
      if (kind == FrameFormat.EXTENSION_DEADLINE) {
        deadlineMs = length == 4 ? getInt(in, at + 4) & 0xffff_ffffL : 0;
        if (deadlineMs < 1 || deadlineMs > DEADLINE_MS_MAX) {
          deadlineMs = 0;
          fault = DEADLINE;
        }
      } else if ((kind & FrameFormat.EXTENSION_CRITICAL) != 0) {
        fault = CRITICAL;
      }
      at += 4 + length;
    }
  }

  /** The type, of {@link FrameType}. */
  public int type() {
    return type;
  }

  /** The flags. */
  public int flags() {
    return flags;
  }

  /** The status, of {@link FrameStatus}; 0 in requests. */
  public int status() {
    return status;
  }

  /** The correlation id. */
  public int correlation() {
    return correlation;
  }

  /** Milliseconds from the frame's arrival in which it must be answered; 0: none said. */
  public long deadlineMs() {
    return deadlineMs;
  }

  /** The array in which the frame stands. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the canonical context begins. */
  public int contextOffset() {
    return contextOffset;
  }

  /** How long the canonical context is. */
  public int contextLength() {
    return contextLength;
  }

  /** Where the key's name begins. */
  public int keyOffset() {
    return keyOffset;
  }

  /** How long the key's name is; 0 when none is named. */
  public int keyLength() {
    return keyLength;
  }

  /** Where the body begins, behind the key's name. */
  public int bodyOffset() {
    return bodyOffset;
  }

  /** How long the body is, without the key's name. */
  public int bodyLength() {
    return bodyLength;
  }

  /** What is wrong inside the frame, for the caller to read, or null. */
  public String fault() {
    return fault;
  }

  @Override
  public String toString() {
    return "Frame[type " + type + ", correlation " + correlation + ", " + bodyLength + " bytes]";
  }
}
