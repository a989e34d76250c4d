package dev.cofre.dataplane.server.grpc;

import static com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED;
import static com.google.protobuf.WireFormat.WIRETYPE_VARINT;

import com.google.protobuf.CodedInputStream;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Batch;
import java.io.IOException;

/**
 * Reads the request messages of {@code crypto.proto}, which share their field numbers, without a
 * copy: bytes are slices of the message. As protobuf has it, unknown fields are passed over and of
 * a repeated single field the last counts; a repeated key of a context is refused. Not thread-safe.
 */
final class GrpcRequest {
  /** The most plaintext of a message with one input. */
  static final int SINGLE_BYTES_MAX = 4 << 20;

  /** The most plaintext of a batch. */
  static final int BATCH_BYTES_MAX = 16 << 20;

  /** The most items of a batch. */
  static final int ITEMS_MAX = 10_000;

  private static final int KEY = (1 << 3) | WIRETYPE_LENGTH_DELIMITED;
  private static final int CONTEXT = (2 << 3) | WIRETYPE_LENGTH_DELIMITED;
  private static final int DATA = (3 << 3) | WIRETYPE_LENGTH_DELIMITED;
  private static final int BYTES = (3 << 3) | WIRETYPE_VARINT;
  private static final int ITEMS = (4 << 3) | WIRETYPE_LENGTH_DELIMITED;
  private static final int WITHOUT_PLAINTEXT = (4 << 3) | WIRETYPE_VARINT;
  private static final int ENTRY_KEY = KEY;
  private static final int ENTRY_VALUE = CONTEXT;

  private final byte[] message;
  private final CodedInputStream in;
  private final boolean envelopes;
  private String key = "";
  private final Input single = new Input();
  private int bytes;
  private boolean withoutPlaintext;
  private long plaintextBytes;

  private GrpcRequest(byte[] message, boolean envelopes) {
    this.message = message;
    this.in = CodedInputStream.newInstance(message);
    this.envelopes = envelopes;
  }

  /**
   * Reads {@code message}.
   *
   * @param envelopes whether its inputs are envelopes
   * @param items takes the items of a batch; null when the message is none
   * @throws ProblemException {@code invalid_request} or {@code payload_too_large}
   */
  static GrpcRequest read(byte[] message, boolean envelopes, Batch items) {
    GrpcRequest request = new GrpcRequest(message, envelopes);
    try {
      request.readFields(items);
    } catch (IOException e) {
      throw invalid("the message is not well-formed protobuf of its type");
    }
    return request;
  }

  private void readFields(Batch items) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == KEY) {
        key = in.readStringRequireUtf8();
      } else if (tag == ITEMS && items != null) {
        readItem(items);
      } else if (tag == BYTES) {
        bytes = in.readUInt32();
      } else if (tag == WITHOUT_PLAINTEXT) {
        withoutPlaintext = in.readBool();
      } else if (!single.read(tag)) {
        skip(tag);
      }
    }
  }

  private void skip(int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new IOException("a group ends that did not begin");
    }
  }

  private void readItem(Batch items) throws IOException {
    if (items.size() == ITEMS_MAX) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "a batch holds at most " + ITEMS_MAX + " items; send more requests");
    }
    int limit = in.pushLimit(in.readRawVarint32());
    Input item = new Input();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!item.read(tag)) {
        skip(tag);
      }
    }
    in.popLimit(limit);
    item.addTo(items);
    plaintextBytes += item.plaintextLength();
    if (plaintextBytes > BATCH_BYTES_MAX) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE, "a batch holds at most " + BATCH_BYTES_MAX + " bytes");
    }
  }

  /** An input and its context. */
  private final class Input {
    private int offset;
    private int length;
    private EncryptionContext.Builder pairs;
    private ProblemException problem;

    /** Reads the field of {@code tag} if it is one of ours. */
    boolean read(int tag) throws IOException {
      if (tag == DATA) {
        length = in.readRawVarint32();
        offset = in.getTotalBytesRead();
        in.skipRawBytes(length);
        return true;
      }
      if (tag == CONTEXT) {
        readPair();
        return true;
      }
      return false;
    }

    private void readPair() throws IOException {
      int limit = in.pushLimit(in.readRawVarint32());
      String name = "";
      String value = "";
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == ENTRY_KEY) {
          name = in.readStringRequireUtf8();
        } else if (tag == ENTRY_VALUE) {
          value = in.readStringRequireUtf8();
        } else {
          skip(tag);
        }
      }
      in.popLimit(limit);
      try {
        pairs = pairs == null ? new EncryptionContext.Builder() : pairs;
        pairs.add(name, value);
      } catch (ProblemException e) {
        problem = e;
      }
    }

    EncryptionContext context() {
      if (problem != null) {
        throw problem;
      }
      return pairs == null ? EncryptionContext.EMPTY : pairs.build();
    }

    long plaintextLength() {
      return envelopes ? Math.max(0, EnvelopeFormat.plaintextLength(length)) : length;
    }

    void addTo(Batch items) {
      try {
        EncryptionContext context = context();
        items.add(message, offset, length, context);
      } catch (ProblemException e) {
        items.addMalformed(e);
      }
    }
  }

  /** The key that the message names, or null. */
  String key() {
    return key.isEmpty() ? null : key;
  }

  /** The same where it must name one. */
  String requireKey() {
    if (key.isEmpty()) {
      throw invalid("name a key, by its id or its alias");
    }
    return key;
  }

  /** The context of a message with one input. */
  EncryptionContext context() {
    return single.context();
  }

  /** Whether the message has a context, well-formed or not. */
  boolean hasContext() {
    return single.pairs != null || single.problem != null;
  }

  /** Adds the only input. */
  void addTo(Batch batch) {
    if (single.plaintextLength() > SINGLE_BYTES_MAX) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "one message holds at most " + SINGLE_BYTES_MAX + " bytes; use a stream");
    }
    batch.add(message, single.offset, single.length, single.context());
  }

  /** The message itself, in which the input is a slice. */
  byte[] message() {
    return message;
  }

  int dataOffset() {
    return single.offset;
  }

  int dataLength() {
    return single.length;
  }

  /** How long a data key is asked for; 0: as long as they are. */
  int bytes() {
    return bytes;
  }

  boolean withoutPlaintext() {
    return withoutPlaintext;
  }

  static ProblemException invalid(String detail) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, detail);
  }
}
