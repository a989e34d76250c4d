package dev.cofre.contract.frames;

import static dev.cofre.contract.frames.FrameFormat.HEADER_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Makes request frames, each an array of its own: for clients, tests and prepared loads. */
public final class RequestWriter {
  private static final byte[] NO_BYTES = new byte[0];

  private final int type;
  private byte[] key;
  private byte[] context = NO_BYTES;
  private int flags;
  private int deadlineMs;

  private RequestWriter(int type) {
    this.type = type;
  }

  /** A request of {@code type}; not thread-safe. */
  public static RequestWriter of(int type) {
    RequestWriter writer = new RequestWriter(type);
    return FrameType.namesKey(type) ? writer.key("") : writer;
  }

  /** With the key {@code name}; for types whose body begins with it. */
  public RequestWriter key(String name) {
    key = name.getBytes(StandardCharsets.UTF_8);
    if (key.length > FrameFormat.KEY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a key's name has at most " + FrameFormat.KEY_BYTES_MAX + " bytes");
    }
    return this;
  }

  /** With {@code newContext}. */
  public RequestWriter context(EncryptionContext newContext) {
    context = newContext.canonical();
    return this;
  }

  /** With {@code newFlags}. */
  public RequestWriter flags(int newFlags) {
    flags = newFlags;
    return this;
  }

  /** To be answered within {@code ms}. */
  public RequestWriter deadlineMs(int ms) {
    deadlineMs = ms;
    return this;
  }

  /** The whole frame with {@code body}. */
  public byte[] frame(int correlation, byte[] body) {
    int extensions = deadlineMs == 0 ? 0 : 8;
    int named = key == null ? 0 : 1 + key.length;
    int length = HEADER_LENGTH + extensions + context.length + named + body.length;
    byte[] frame = new byte[length];
    FrameFormat.putLong(frame, 0, FrameFormat.headerHigh(length, type, flags, 0));
    FrameFormat.putLong(frame, 8, FrameFormat.headerLow(correlation, extensions, context.length));
    int at = HEADER_LENGTH;
    if (extensions > 0) {
      FrameFormat.putShort(frame, at, FrameFormat.EXTENSION_DEADLINE);
      FrameFormat.putShort(frame, at + 2, Integer.BYTES);
      FrameFormat.putInt(frame, at + 4, deadlineMs);
      at += extensions;
    }
    System.arraycopy(context, 0, frame, at, context.length);
    at += context.length;
    if (key != null) {
      frame[at] = (byte) key.length;
      System.arraycopy(key, 0, frame, at + 1, key.length);
      at += named;
    }
    System.arraycopy(body, 0, frame, at, body.length);
    return frame;
  }

  /** The whole frame without a body. */
  public byte[] frame(int correlation) {
    return frame(correlation, NO_BYTES);
  }

  /** The whole batch frame with {@code items}. */
  public byte[] batch(int correlation, List<byte[]> items) {
    int length = FrameFormat.BATCH_HEAD_LENGTH;
    for (byte[] item : items) {
      length += FrameFormat.ITEM_HEAD_LENGTH + item.length;
    }
    byte[] body = new byte[length];
    FrameFormat.putInt(body, 0, items.size());
    int at = FrameFormat.BATCH_HEAD_LENGTH;
    for (byte[] item : items) {
      FrameFormat.putInt(body, at, item.length);
      System.arraycopy(item, 0, body, at + FrameFormat.ITEM_HEAD_LENGTH, item.length);
      at += FrameFormat.ITEM_HEAD_LENGTH + item.length;
    }
    return frame(correlation, body);
  }

  /** The frame that opens a stream: operation, key, and how many bytes of the answer are taken. */
  public static byte[] openStream(
      int correlation, int operation, String key, EncryptionContext context, int creditBytes) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    byte[] body = new byte[6 + name.length];
    body[0] = (byte) operation;
    FrameFormat.putInt(body, 1, creditBytes);
    body[5] = (byte) name.length;
    System.arraycopy(name, 0, body, 6, name.length);
    return of(FrameType.STREAM_OPEN).context(context).frame(correlation, body);
  }

  /** The frame that gives {@code bytes} more of a stream's credit. */
  public static byte[] credit(int correlation, int bytes) {
    byte[] body = new byte[Integer.BYTES];
    FrameFormat.putInt(body, 0, bytes);
    return of(FrameType.STREAM_CREDIT).frame(correlation, body);
  }
}
