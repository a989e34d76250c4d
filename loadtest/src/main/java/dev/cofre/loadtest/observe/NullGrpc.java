package dev.cofre.loadtest.observe;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Each call is answered by an empty message; the connection's window is given back at once. */
final class NullGrpc implements NullAnswers {
  private static final int HEAD_LENGTH = 9;
  private static final int PREFACE_LENGTH = 24;
  private static final int PREFACE_FIRST = 'P' << 16 | 'R' << 8 | 'I';
  private static final int DATA = 0;
  private static final int SETTINGS = 4;
  private static final int END_STREAM = 1;
  private static final int WINDOW_MORE = 1 << 30;

  private static final ByteBuffer BEGIN =
      ByteBuffer.allocate(3 * HEAD_LENGTH)
          .putShort((short) 0)
          .put((byte) 12)
          .putShort((short) (SETTINGS << 8))
          .putInt(0)
          // MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE.
          .putShort((short) 3)
          .putInt(1 << 20)
          .putShort((short) 4)
          .putInt(WINDOW_MORE)
          .flip();

  private static final byte[] STATUS = field("grpc-status", "0");
  private static final byte[] TYPE = field("content-type", "application/grpc");

  private static byte[] field(String name, String value) {
    return ByteBuffer.allocate(3 + name.length() + value.length())
        .put((byte) 0)
        .put((byte) name.length())
        .put(name.getBytes(StandardCharsets.US_ASCII))
        .put((byte) value.length())
        .put(value.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  @Override
  public boolean answer(ByteBuffer in, ByteBuffer out) {
    int at = in.position();
    if (in.remaining() < HEAD_LENGTH) {
      return false;
    }
    int length = in.getInt(at) >>> 8;
    if (length == PREFACE_FIRST) {
      boolean whole = in.remaining() >= PREFACE_LENGTH;
      if (whole) {
        in.position(at + PREFACE_LENGTH);
        out.put(BEGIN.duplicate());
        enlarge(out, WINDOW_MORE);
      }
      return whole;
    }
    if (in.remaining() < HEAD_LENGTH + length) {
      return false;
    }
    if (in.get(at + 3) == DATA) {
      enlarge(out, length);
      if ((in.get(at + 4) & END_STREAM) != 0) {
        answer(out, in.getInt(at + 5));
      }
    }
    in.position(at + HEAD_LENGTH + length);
    return true;
  }

  private static void answer(ByteBuffer out, int stream) {
    head(out, 1 + TYPE.length, 1, 4, stream);
    out.put((byte) 0x88).put(TYPE);
    head(out, 5, DATA, 0, stream);
    out.put(new byte[5]);
    head(out, STATUS.length, 1, 5, stream);
    out.put(STATUS);
  }

  private static void enlarge(ByteBuffer out, int bytes) {
    if (bytes > 0) {
      head(out, 4, 8, 0, 0);
      out.putInt(bytes);
    }
  }

  private static void head(ByteBuffer out, int length, int type, int flags, int stream) {
    out.putInt(length << 8 | type).put((byte) flags).putInt(stream);
  }
}
