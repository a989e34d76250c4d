package dev.cofre.loadtest.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import dev.cofre.loadtest.generator.GarbledAnswerException;
import dev.cofre.loadtest.generator.Sequence;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One connection against a server that the test plays by hand. */
class GrpcDialogueTest {
  private static final int BYTES = 100_000;

  private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private final List<String> answered = new ArrayList<>();
  private final GrpcDialogue dialogue = dialogue(BYTES, null);

  private static GrpcDialogue dialogue(int bytes, String codeExpected) {
    BytesValue message = BytesValue.of(ByteString.copyFrom(new byte[bytes]));
    GrpcCall call =
        new GrpcCall(
            "/a.B/C",
            "Bearer t",
            GrpcCall.expecting("", null, message, m -> true).message(),
            answer -> BytesValue.parseFrom(answer).getValue().toStringUtf8().equals("yes"),
            codeExpected);
    return (GrpcDialogue)
        new GrpcProtocol(Sequence.inTurn(List.of(call)), "node", false, () -> null, 8).open();
  }

  private static ByteBuf frame(int type, int flags, int stream, ByteBuf payload) {
    ByteBuf frame = Unpooled.buffer();
    Http2.head(frame, payload.readableBytes(), type, flags, stream);
    return frame.writeBytes(payload);
  }

  private static ByteBuf settings(int... pairs) {
    ByteBuf payload = Unpooled.buffer();
    for (int i = 0; i < pairs.length; i += 2) {
      payload.writeShort(pairs[i]).writeInt(pairs[i + 1]);
    }
    return frame(Http2.SETTINGS, 0, 0, payload);
  }

  private ByteBuf headers(int flags, int stream, String... fields) throws Exception {
    Http2Headers headers = new DefaultHttp2Headers();
    for (int i = 0; i < fields.length; i += 2) {
      headers.add(fields[i], fields[i + 1]);
    }
    ByteBuf block = Unpooled.buffer();
    encoder.encodeHeaders(stream, headers, block);
    return frame(Http2.HEADERS, flags, stream, block);
  }

  private static ByteBuf message(int stream, String value) {
    byte[] bytes = BytesValue.of(ByteString.copyFromUtf8(value)).toByteArray();
    return frame(
        Http2.DATA,
        0,
        stream,
        Unpooled.buffer().writeByte(0).writeInt(bytes.length).writeBytes(bytes));
  }

  private int read(ByteBuf... frames) throws Exception {
    return read(dialogue, frames);
  }

  /** Returns how many bytes it says in return. */
  private int read(GrpcDialogue to, ByteBuf... frames) throws Exception {
    int said = 0;
    for (ByteBuf frame : frames) {
      // Byte by byte at first: what comes is cut anywhere.
      while (frame.readableBytes() > 5) {
        to.read(frame.readSlice(3).nioBuffer(), (n, code) -> answered.add(n + " " + code));
        said += to.said().remaining();
      }
      to.read(frame.nioBuffer(), (n, code) -> answered.add(n + " " + code));
      said += to.said().remaining();
    }
    return said;
  }

  @Test
  void aLongMessageWaitsForTheWindowAndIsThenWhole() throws Exception {
    assertFalse(dialogue.isReady(), "no settings yet");
    assertTrue(read(settings(Http2.INITIAL_WINDOW_SIZE, 70_000)) >= Http2.HEAD_LENGTH);
    assertTrue(dialogue.isReady());
    int sent = dialogue.request(7).remaining();
    assertTrue(sent > Http2.WINDOW && sent < 67_000, "the connection's window: " + sent);
    assertFalse(dialogue.isReady(), "one message waits");
    ByteBuf more = Unpooled.buffer().writeInt(1 << 20);
    int rest = read(frame(Http2.WINDOW_UPDATE, 0, 0, more));
    assertTrue(rest < 5_000, "now the stream's: " + rest);
    rest += read(frame(Http2.WINDOW_UPDATE, 0, 1, Unpooled.buffer().writeInt(1 << 20)));
    assertTrue(sent + rest > BYTES, () -> "all");
    assertTrue(dialogue.isReady());
    read(
        headers(Http2.END_HEADERS, 1, ":status", "200", "content-type", "application/grpc"),
        message(1, "yes"),
        headers(Http2.END_HEADERS | Http2.END_STREAM, 1, "grpc-status", "0"));
    assertEquals(List.of("7 null"), answered);
  }

  @Test
  void answersInAnyOrderRefusalsAndResets() throws Exception {
    GrpcDialogue small = dialogue(10, null);
    read(small, settings());
    for (int number = 0; number < 6; number++) {
      small.request(number);
    }
    int end = Http2.END_HEADERS | Http2.END_STREAM;
    read(
        small,
        headers(end, 3, ":status", "200", "grpc-status", "14", "cofre-code", "overloaded"),
        headers(Http2.END_HEADERS, 1, ":status", "200"),
        message(1, "no"),
        headers(end, 1, "grpc-status", "0"),
        headers(end, 5, ":status", "200", "grpc-status", "13"),
        headers(end, 7, ":status", "503"),
        frame(Http2.RESET, 0, 9, Unpooled.buffer().writeInt(8)),
        frame(Http2.GOAWAY, 0, 0, Unpooled.buffer().writeInt(11).writeInt(0)));
    assertEquals(
        List.of("1 overloaded", "0 wrong_answer", "2 grpc_13", "3 http_503", "4 stream_reset"),
        answered);
    assertFalse(small.isReady(), "it takes no new calls");
    assertTrue(small.goesOn(), "one is still open");
    read(small, headers(end, 11, ":status", "200", "grpc-status", "14"));
    assertFalse(small.goesOn());
  }

  @Test
  void aRefusalMayBeTheRightAnswer() throws Exception {
    GrpcDialogue bad = dialogue(10, "invalid_ciphertext");
    int end = Http2.END_HEADERS | Http2.END_STREAM;
    read(bad, settings());
    bad.request(1);
    bad.request(2);
    read(
        bad,
        headers(end, 1, ":status", "200", "grpc-status", "3", "cofre-code", "invalid_ciphertext"),
        headers(end, 3, ":status", "200", "grpc-status", "0"));
    assertEquals(List.of("1 null", "2 wrong_answer"), answered);
  }

  @Test
  void pingsAreAnsweredAndStreamsAreAsManyAsTheTargetTakes() throws Exception {
    GrpcDialogue small = dialogue(10, null);
    read(small, settings(Http2.MAX_CONCURRENT_STREAMS, 2, Http2.HEADER_TABLE_SIZE, 0));
    assertEquals(
        Http2.HEAD_LENGTH + 8,
        read(small, frame(Http2.PING, 0, 0, Unpooled.buffer().writeLong(4))));
    assertEquals(0, read(small, frame(Http2.PING, Http2.ACK, 0, Unpooled.buffer().writeLong(4))));
    small.request(1);
    assertTrue(small.isReady());
    small.request(2);
    assertFalse(small.isReady());
  }

  @Test
  void whatIsNoAnswerIsGarbled() throws Exception {
    assertGarbled(
        Unpooled.copiedBuffer(
            "HTTP/1.1 400 Bad Request\r\n\r\n", java.nio.charset.StandardCharsets.US_ASCII));
    assertGarbled(message(1, "before the settings"));
    assertGarbled(settings(), message(1, "that nobody asked for"));
    assertGarbled(settings(), headers(Http2.END_HEADERS | Http2.END_STREAM, 9, "grpc-status", "0"));
    assertGarbled(settings(), frame(Http2.PUSH, 0, 1, Unpooled.buffer().writeInt(2)));
    assertGarbled(settings(), frame(Http2.WINDOW_UPDATE, 0, 0, Unpooled.buffer().writeByte(1)));
    assertGarbled(frame(Http2.SETTINGS, 0, 0, Unpooled.buffer().writeByte(1)));
    assertGarbled(settings(), frame(Http2.CONTINUATION, 0, 1, Unpooled.EMPTY_BUFFER));
  }

  private void assertGarbled(ByteBuf... frames) {
    GrpcDialogue small = dialogue(10, null);
    assertThrows(GarbledAnswerException.class, () -> read(small, frames));
  }

  @Test
  void whatItSaysIsTakenOnce() throws Exception {
    dialogue.read(settings().nioBuffer(), (number, code) -> answered.add(code));
    ByteBuffer said = dialogue.said();
    assertEquals(Http2.HEAD_LENGTH, said.remaining());
    assertEquals(0, dialogue.said().remaining());
  }
}
