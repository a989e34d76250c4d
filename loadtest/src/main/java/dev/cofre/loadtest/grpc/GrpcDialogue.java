package dev.cofre.loadtest.grpc;

import dev.cofre.loadtest.generator.Answers;
import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.GarbledAnswerException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.nio.ByteBuffer;

/** One connection's calls, whose answers may come in any order. Not thread-safe. */
final class GrpcDialogue implements Dialogue {
  private static final int FRAME_BYTES_MAX = Http2.FRAME_BYTES;
  private static final int STREAMS_MAX = Integer.MAX_VALUE - 2;
  private static final int STREAMS_AT_ONCE = 100;

  private final GrpcProtocol protocol;
  private final RequestHeaders headers;
  private final SendWindow window = new SendWindow();
  private final AnswerHeaders answers = new AnswerHeaders();
  private final IntObjectMap<GrpcAnswer> open = new IntObjectHashMap<>();
  private final ByteBuf in = Unpooled.buffer(64 * 1_024);
  private final ByteBuf out = Unpooled.buffer(4 * 1_024);
  private final ByteBuf said = Unpooled.buffer(1_024);
  private long streamsAtOnce = STREAMS_AT_ONCE;
  private int next = 1;
  private int taken;
  private boolean ready;
  private boolean ending;

  GrpcDialogue(GrpcProtocol protocol, RequestHeaders headers) {
    this.protocol = protocol;
    this.headers = headers;
  }

  @Override
  public byte[] greeting() {
    out.clear();
    Http2.preface(out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  @Override
  public boolean isReady() {
    return ready && !ending && !window.isBlocked() && open.size() < streamsAtOnce;
  }

  @Override
  public ByteBuffer request(long number) {
    GrpcCall call = protocol.call(number);
    int stream = next;
    next += 2;
    ending = next >= STREAMS_MAX;
    open.put(stream, new GrpcAnswer(number, call));
    out.clear();
    Http2.head(out, 0, Http2.HEADERS, Http2.END_HEADERS, stream);
    headers.write(out, call);
    out.setMedium(0, out.writerIndex() - Http2.HEAD_LENGTH);
    window.send(out, stream, call.message());
    return out.nioBuffer();
  }

  @Override
  public ByteBuffer said() {
    ByteBuffer bytes = said.nioBuffer();
    said.readerIndex(said.writerIndex());
    return bytes;
  }

  @Override
  public void read(ByteBuffer bytes, Answers to) throws GarbledAnswerException {
    said.clear();
    in.discardReadBytes().writeBytes(bytes);
    while (in.readableBytes() >= Http2.HEAD_LENGTH) {
      int at = in.readerIndex();
      int length = in.getUnsignedMedium(at);
      if (length > FRAME_BYTES_MAX) {
        throw new GarbledAnswerException("a frame of " + length + " bytes");
      }
      if (in.readableBytes() < Http2.HEAD_LENGTH + length) {
        return;
      }
      in.skipBytes(Http2.HEAD_LENGTH);
      int stream = in.getInt(at + 5) & Integer.MAX_VALUE;
      take(in.getByte(at + 3), in.getByte(at + 4), stream, in.readSlice(length), to);
    }
  }

  private void take(int type, int flags, int stream, ByteBuf payload, Answers to)
      throws GarbledAnswerException {
    if (!ready && type != Http2.SETTINGS) {
      throw new GarbledAnswerException("no SETTINGS first");
    }
    if (answers.isWithin() && type != Http2.CONTINUATION) {
      throw new GarbledAnswerException("a header block is cut in two");
    }
    switch (type) {
      case Http2.DATA -> data(flags, stream, payload);
      case Http2.HEADERS, Http2.CONTINUATION -> fields(type, flags, stream, payload, to);
      case Http2.RESET -> {
        window.ended(stream);
        end(stream, "stream_reset", to);
      }
      case Http2.SETTINGS -> settings(flags, payload);
      case Http2.PUSH -> throw new GarbledAnswerException("a push that was refused");
      case Http2.PING -> pong(flags, payload);
      case Http2.GOAWAY -> ending = true;
      case Http2.WINDOW_UPDATE -> window.enlarged(said, stream, whole(payload));
      default -> {
        // RFC 9113, 5.5: frames of other types are passed over.
      }
    }
  }

  private static int whole(ByteBuf payload) throws GarbledAnswerException {
    if (payload.readableBytes() != 4) {
      throw new GarbledAnswerException("a WINDOW_UPDATE without its number");
    }
    return payload.readInt() & Integer.MAX_VALUE;
  }

  private void data(int flags, int stream, ByteBuf payload) throws GarbledAnswerException {
    taken += payload.readableBytes();
    if (taken > Http2.OWN_WINDOW / 2) {
      Http2.enlarge(said, taken);
      taken = 0;
    }
    GrpcAnswer answer = open.get(stream);
    if (answer == null || (flags & Http2.END_STREAM) != 0) {
      throw new GarbledAnswerException("a message that nobody asked for, or without its status");
    }
    answer.add(AnswerHeaders.unpadded(flags & Http2.PADDED, payload));
  }

  private void fields(int type, int flags, int stream, ByteBuf payload, Answers to)
      throws GarbledAnswerException {
    if (!answers.add(type, flags, stream, payload)) {
      return;
    }
    GrpcAnswer answer = open.get(stream);
    if (answer == null) {
      throw new GarbledAnswerException("an answer that nobody asked for");
    }
    if (answers.isLast()) {
      end(stream, answer.code(answers), to);
    }
  }

  private void end(int stream, String code, Answers to) {
    GrpcAnswer answer = open.remove(stream);
    if (answer != null) {
      // What was refused before all of it was sent needs no rest.
      window.ended(stream);
      to.answered(answer.number(), code);
    }
  }

  private void settings(int flags, ByteBuf payload) throws GarbledAnswerException {
    if ((flags & Http2.ACK) != 0) {
      return;
    }
    while (payload.readableBytes() >= 6) {
      int name = payload.readUnsignedShort();
      long value = payload.readUnsignedInt();
      switch (name) {
        case Http2.HEADER_TABLE_SIZE -> headers.tableHolds(value);
        case Http2.MAX_CONCURRENT_STREAMS -> streamsAtOnce = value;
        case Http2.INITIAL_WINDOW_SIZE -> window.initial(said, value);
        case Http2.MAX_FRAME_SIZE -> window.frameBytesMax(value);
        default -> {
          // Others bind nobody who only calls.
        }
      }
    }
    if (payload.isReadable()) {
      throw new GarbledAnswerException("half a setting");
    }
    ready = true;
    Http2.head(said, 0, Http2.SETTINGS, Http2.ACK, 0);
  }

  private void pong(int flags, ByteBuf payload) {
    if ((flags & Http2.ACK) == 0) {
      Http2.head(said, payload.readableBytes(), Http2.PING, Http2.ACK, 0);
      said.writeBytes(payload);
    }
  }

  /** A target that takes no new calls still answers those that are open. */
  @Override
  public boolean goesOn() {
    return !ending || !open.isEmpty();
  }
}
