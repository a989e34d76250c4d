package dev.cofre.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * gRPC over HTTP/2: one unary call again and again, with the header table filled by the first. A
 * right answer has bytes before its end; a refusal has none. Not thread-safe.
 */
final class GrpcTalk implements WireTalk {
  private static final int HEAD_LENGTH = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int WINDOW = 1 << 20;
  private static final int CONNECTION_WINDOW = 1 << 30;
  private static final int PLACES = 256;

  private final byte[] first;
  private final byte[] later;
  private final byte[] message;
  private final int[] received = new int[PLACES];
  private int stream = 1;
  private long taken;

  GrpcTalk(boolean tls, String authority, String path, String token, byte[] protobuf) {
    byte scheme = (byte) (tls ? 0x87 : 0x86);
    ByteBuf block = Unpooled.buffer().writeByte(0x83).writeByte(scheme);
    literal(block, 4, null, path);
    literal(block, 1, null, authority);
    literal(block, 31, null, "application/grpc");
    literal(block, 0, "te", "trailers");
    literal(block, 23, null, "Bearer " + token);
    this.first = bytes(block);
    // The same fields by their places in the table, the newest first.
    this.later =
        new byte[] {
          (byte) 0x83, scheme, (byte) 0xC2, (byte) 0xC1, (byte) 0xC0, (byte) 0xBF, (byte) 0xBE
        };
    this.message =
        bytes(Unpooled.buffer().writeByte(0).writeInt(protobuf.length).writeBytes(protobuf));
  }

  /** A field that both sides put into their tables. */
  private static void literal(ByteBuf out, int nameIndex, String name, String value) {
    out.writeByte(0x40 | nameIndex);
    if (name != null) {
      text(out, name);
    }
    text(out, value);
  }

  private static void text(ByteBuf out, String text) {
    if (text.length() >= 127) {
      out.writeByte(127).writeByte(text.length() - 127);
    } else {
      out.writeByte(text.length());
    }
    out.writeCharSequence(text, StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  @Override
  public byte[] greeting() {
    ByteBuf out = Unpooled.buffer();
    out.writeCharSequence("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", StandardCharsets.US_ASCII);
    frame(out, 12, SETTINGS, 0, 0);
    out.writeShort(2).writeInt(0).writeShort(4).writeInt(WINDOW);
    frame(out, 4, WINDOW_UPDATE, 0, 0);
    out.writeInt(CONNECTION_WINDOW);
    return bytes(out);
  }

  private static void frame(ByteBuf out, int length, int type, int flags, int stream) {
    out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }

  @Override
  public void request(ByteBuf out) {
    byte[] block = stream == 1 ? first : later;
    frame(out, block.length, HEADERS, END_HEADERS, stream);
    out.writeBytes(block);
    frame(out, message.length, DATA, END_STREAM, stream);
    out.writeBytes(message);
    stream += 2;
  }

  @Override
  public int read(ByteBuf in, ByteBuf out) {
    int answers = 0;
    while (in.readableBytes() >= HEAD_LENGTH) {
      int length = in.getUnsignedMedium(in.readerIndex());
      if (in.readableBytes() < HEAD_LENGTH + length) {
        break;
      }
      in.skipBytes(3);
      int type = in.readByte();
      int flags = in.readByte();
      int of = in.readInt();
      answers += take(in, out, length, type, flags, of);
    }
    return answers;
  }

  private int take(ByteBuf in, ByteBuf out, int length, int type, int flags, int of) {
    int place = (of >>> 1) & (PLACES - 1);
    switch (type) {
      case DATA -> {
        received[place] += length;
        taken += length;
        if (taken > CONNECTION_WINDOW / 2) {
          frame(out, 4, WINDOW_UPDATE, 0, 0);
          out.writeInt((int) taken);
          taken = 0;
        }
      }
      case SETTINGS -> {
        if ((flags & ACK) == 0) {
          frame(out, 0, SETTINGS, ACK, 0);
        }
      }
      case PING -> {
        frame(out, length, PING, ACK, 0);
        out.writeBytes(in, in.readerIndex(), length);
      }
      case RESET, GOAWAY -> throw new IllegalStateException("a stream or connection was ended");
      default -> {
        // Header blocks are not looked into.
      }
    }
    in.skipBytes(length);
    boolean ends = (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    if (ends && received[place] == 0) {
      throw new IllegalStateException("a call was refused");
    }
    if (ends) {
      received[place] = 0;
    }
    return ends ? 1 : 0;
  }
}
