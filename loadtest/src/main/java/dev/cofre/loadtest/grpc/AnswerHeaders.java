package dev.cofre.loadtest.grpc;

import dev.cofre.loadtest.generator.GarbledAnswerException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/** Header blocks of answers, which may come in parts. Not thread-safe. */
final class AnswerHeaders {
  private static final int BLOCK_BYTES_MAX = 64 * 1_024;

  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final ByteBuf block = Unpooled.buffer(1_024);
  private boolean within;
  private boolean last;
  private int of;
  private Http2Headers fields;

  /** Whether more of a block must come before anything else. */
  boolean isWithin() {
    return within;
  }

  /** Whether the last block ended its stream. */
  boolean isLast() {
    return last;
  }

  /** Takes a part; true when it was the last one. */
  boolean add(int type, int flags, int stream, ByteBuf payload) throws GarbledAnswerException {
    if (type == Http2.HEADERS) {
      block.clear();
      of = stream;
      last = (flags & Http2.END_STREAM) != 0;
      block.writeBytes(unpadded(flags, payload));
    } else if (within && stream == of) {
      block.writeBytes(payload);
    } else {
      throw new GarbledAnswerException("more of a header block that nobody began");
    }
    if (block.readableBytes() > BLOCK_BYTES_MAX) {
      throw new GarbledAnswerException("a header block without an end");
    }
    within = (flags & Http2.END_HEADERS) == 0;
    if (within) {
      return false;
    }
    try {
      fields = decoder.decodeHeaders(stream, block);
    } catch (Http2Exception e) {
      throw new GarbledAnswerException("no header block");
    }
    return true;
  }

  /** {@code payload} of DATA or HEADERS without what its flags say is not of it. */
  static ByteBuf unpadded(int flags, ByteBuf payload) throws GarbledAnswerException {
    int more = (flags & Http2.PRIORITY) != 0 ? 5 : 0;
    int padding = 0;
    if ((flags & Http2.PADDED) != 0 && payload.isReadable()) {
      padding = payload.readUnsignedByte();
    }
    if (payload.readableBytes() < more + padding) {
      throw new GarbledAnswerException("more padding than frame");
    }
    return payload.skipBytes(more).readSlice(payload.readableBytes() - padding);
  }

  /** A field of the last block; null when it has none such. */
  String field(String name) {
    CharSequence value = fields.get(name);
    return value == null ? null : value.toString();
  }
}
