package dev.cofre.loadtest.grpc;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** What of HTTP/2's frames (RFC 9113) a caller of unary calls needs. */
final class Http2 {
  static final int HEAD_LENGTH = 9;
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RESET = 3;
  static final int SETTINGS = 4;
  static final int PUSH = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;
  static final int PRIORITY = 0x20;

  static final int HEADER_TABLE_SIZE = 1;
  static final int MAX_CONCURRENT_STREAMS = 3;
  static final int INITIAL_WINDOW_SIZE = 4;
  static final int MAX_FRAME_SIZE = 5;

  /** The windows of a connection and its streams before anybody says otherwise. */
  static final int WINDOW = 65_535;

  /** The longest payload before anybody says otherwise. */
  static final int FRAME_BYTES = 16_384;

  /** This side's windows: an answer is never made to wait for one. */
  static final int OWN_WINDOW = 1 << 30;

  private static final int ENABLE_PUSH = 2;

  private Http2() {}

  static void head(ByteBuf out, int length, int type, int flags, int stream) {
    out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }

  /** What a caller says first. */
  static void preface(ByteBuf out) {
    out.writeCharSequence("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", StandardCharsets.US_ASCII);
    head(out, 12, SETTINGS, 0, 0);
    out.writeShort(ENABLE_PUSH).writeInt(0).writeShort(INITIAL_WINDOW_SIZE).writeInt(OWN_WINDOW);
    enlarge(out, OWN_WINDOW);
  }

  /** Lets the target send {@code bytes} more on the connection. */
  static void enlarge(ByteBuf out, int bytes) {
    head(out, 4, WINDOW_UPDATE, 0, 0);
    out.writeInt(bytes);
  }
}
