package dev.cofre.loadtest.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.loadtest.generator.GarbledAnswerException;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What has come of one call's answer. Not thread-safe. */
final class GrpcAnswer {
  private static final String WRONG_ANSWER = "wrong_answer";
  private static final int BYTES_MAX = 32 << 20;
  private static final String OK = "0";

  private final long number;
  private final GrpcCall call;
  private byte[] bytes = new byte[0];
  private int length;

  GrpcAnswer(long number, GrpcCall call) {
    this.number = number;
    this.call = call;
  }

  long number() {
    return number;
  }

  void add(ByteBuf part) throws GarbledAnswerException {
    int more = part.readableBytes();
    if (length + more > BYTES_MAX) {
      throw new GarbledAnswerException("a message without an end");
    }
    if (bytes.length < length + more) {
      bytes = Arrays.copyOf(bytes, length == 0 ? more : Math.max(2 * length, length + more));
    }
    part.readBytes(bytes, length, more);
    length += more;
  }

  /** Why it was refused; null when it was done. */
  String code(AnswerHeaders trailers) {
    String status = trailers.field("grpc-status");
    if (status == null) {
      String http = trailers.field(":status");
      return http == null || http.equals("200") ? WRONG_ANSWER : "http_" + http;
    }
    if (!status.equals(OK)) {
      String code = trailers.field("cofre-code");
      String named = code == null ? "grpc_" + status : code;
      return named.equals(call.codeExpected()) ? null : named;
    }
    return call.codeExpected() == null && isRight() ? null : WRONG_ANSWER;
  }

  /** One message, not compressed. */
  private boolean isRight() {
    ByteBuffer message = ByteBuffer.wrap(bytes, 0, length);
    if (length < GrpcCall.HEAD_LENGTH
        || message.get() != 0
        || message.getInt() != length - GrpcCall.HEAD_LENGTH) {
      return false;
    }
    try {
      return call.right().is(message);
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }
}
