package dev.cofre.dataplane.server.grpc;

import static com.google.protobuf.CodedOutputStream.computeStringSize;
import static com.google.protobuf.CodedOutputStream.computeTagSize;
import static com.google.protobuf.CodedOutputStream.computeUInt32Size;
import static com.google.protobuf.CodedOutputStream.computeUInt32SizeNoTag;
import static com.google.protobuf.CodedOutputStream.computeUInt64Size;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.DataKeyCalls;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes the answers of {@code crypto.proto}, each with the five bytes that stand before a message
 * on the wire, into one array of the right length.
 */
final class GrpcAnswers {
  private static final int HEAD_LENGTH = 5;
  private static final int DATA = 1;
  private static final int KEY = 2;
  private static final int ALIAS = 3;
  private static final int VERSION = 4;
  private static final int ERROR = 5;
  private static final int RESULTS = 1;
  private static final byte[] NOTHING = new byte[0];

  private GrpcAnswers() {}

  private interface Body {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(int size, Body body) {
    byte[] message = new byte[HEAD_LENGTH + size];
    message[1] = (byte) (size >>> 24);
    message[2] = (byte) (size >>> 16);
    message[3] = (byte) (size >>> 8);
    message[4] = (byte) size;
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(message, HEAD_LENGTH, size);
      body.write(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return message;
  }

  /** {@code message} as it is. */
  static byte[] of(MessageLite message) {
    return message(message.getSerializedSize(), message::writeTo);
  }

  /** A part of a stream. */
  static byte[] part(byte[] bytes) {
    return message(
        bytesSize(DATA, bytes.length), out -> out.writeByteArray(DATA, bytes, 0, bytes.length));
  }

  /** The answer to a single input, which is done. */
  static byte[] single(Batch batch) {
    String key = batch.key(0).id().toString();
    return message(resultSize(batch, 0, key), out -> result(out, batch, 0, key));
  }

  /** The answers to a batch, in order. */
  static byte[] batch(Batch batch) {
    int[] sizes = new int[batch.size()];
    int total = 0;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] =
          batch.problem(i) == null
              ? resultSize(batch, i, batch.key(i).id().toString())
              : bytesSize(ERROR, errorSize(batch.problem(i)));
      total = Math.addExact(total, bytesSize(RESULTS, sizes[i]));
    }
    return message(
        total,
        out -> {
          for (int i = 0; i < sizes.length; i++) {
            out.writeTag(RESULTS, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(sizes[i]);
            if (batch.problem(i) == null) {
              result(out, batch, i, batch.key(i).id().toString());
            } else {
              error(out, batch.problem(i));
            }
          }
        });
  }

  private static int resultSize(Batch batch, int item, String key) {
    return bytesSize(DATA, batch.outputLength(item))
        + computeStringSize(KEY, key)
        + computeStringSize(ALIAS, batch.key(item).alias())
        + computeUInt32Size(VERSION, batch.keyVersion(item));
  }

  private static void result(CodedOutputStream out, Batch batch, int item, String key)
      throws IOException {
    out.writeByteArray(DATA, batch.output(), batch.outputOffset(item), batch.outputLength(item));
    out.writeString(KEY, key);
    out.writeString(ALIAS, batch.key(item).alias());
    out.writeUInt32(VERSION, batch.keyVersion(item));
  }

  private static int errorSize(ProblemException problem) {
    return computeStringSize(1, problem.code().code()) + computeStringSize(2, problem.detail());
  }

  private static void error(CodedOutputStream out, ProblemException problem) throws IOException {
    out.writeTag(ERROR, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(errorSize(problem));
    out.writeString(1, problem.code().code());
    out.writeString(2, problem.detail());
  }

  /** A data key that is handed out; the array is overwritten by who sends it. */
  static byte[] dataKey(
      DataKeyCalls.Generated dataKey, boolean withPlaintext, boolean withWrapped) {
    byte[] plaintext = withPlaintext ? dataKey.plaintext() : NOTHING;
    byte[] wrapped = withWrapped ? dataKey.wrapped().bytes() : NOTHING;
    String key = dataKey.key().id().toString();
    int version = dataKey.wrapped().keyVersion();
    int size =
        (withPlaintext ? bytesSize(1, plaintext.length) : 0)
            + (withWrapped ? bytesSize(2, wrapped.length) : 0)
            + computeStringSize(3, key)
            + computeUInt32Size(4, version)
            + computeUInt64Size(5, dataKey.ttlMs());
    return message(
        size,
        out -> {
          if (withPlaintext) {
            out.writeByteArray(1, plaintext);
          }
          if (withWrapped) {
            out.writeByteArray(2, wrapped);
          }
          out.writeString(3, key);
          out.writeUInt32(4, version);
          out.writeUInt64(5, dataKey.ttlMs());
        });
  }

  private static int bytesSize(int field, int length) {
    return computeTagSize(field) + computeUInt32SizeNoTag(length) + length;
  }
}
