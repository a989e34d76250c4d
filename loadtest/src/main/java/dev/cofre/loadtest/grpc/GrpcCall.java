package dev.cofre.loadtest.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;

/**
 * A unary call that is made again and again, and what its answer must be. Immutable.
 *
 * @param path of the method, {@code /package.Service/Method}
 * @param authorization the field's value, a secret; null: none is sent
 * @param message with the five bytes before it, as it stands in DATA
 * @param right what a right answer is
 * @param codeExpected of the refusal that is the right answer; null when none is
 */
public record GrpcCall(
    String path, String authorization, byte[] message, Right right, String codeExpected) {
  /** What stands before a message: whether it is compressed, and its length. */
  static final int HEAD_LENGTH = 5;

  /** Looks at an answer. */
  @FunctionalInterface
  public interface Right {
    /** Whether {@code message} is right. */
    boolean is(ByteBuffer message) throws InvalidProtocolBufferException;
  }

  /** A call whose answer must be {@code right}. */
  public static GrpcCall expecting(
      String path, String authorization, MessageLite message, Right right) {
    return new GrpcCall(path, authorization, framed(message), right, null);
  }

  /** A call whose right answer is the refusal {@code code}. */
  public static GrpcCall expectingError(
      String path, String authorization, MessageLite message, String code) {
    return new GrpcCall(path, authorization, framed(message), answer -> false, code);
  }

  private static byte[] framed(MessageLite message) {
    byte[] bytes = message.toByteArray();
    return ByteBuffer.allocate(HEAD_LENGTH + bytes.length)
        .put((byte) 0)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  @Override
  public String toString() {
    return "GrpcCall[" + path + ", " + message.length + " bytes]";
  }
}
