package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.client.DataKey;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.problem.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * What the node sends on a connection: cut into frames, each answer given to its call, whatever
 * their order. Where an answer with a key's bytes may be among them, all are overwritten when they
 * were taken. Not thread-safe; used on the event loop.
 */
final class AnswerReader {
  private static final int INPUT_BYTES = 32 * 1024;

  private final FrameConnection connection;
  private final Node node;
  private final Dispatcher dispatcher;
  private final Greeting greeting;
  private final Watch watch;
  private final FrameWriter writer;
  private final FrameReader reader = new FrameReader();
  private byte[] input = new byte[INPUT_BYTES];
  private int inputEnd;
  private boolean reading;

  AnswerReader(
      FrameConnection connection,
      Node node,
      Dispatcher dispatcher,
      Greeting greeting,
      Watch watch,
      FrameWriter writer) {
    this.connection = connection;
    this.node = node;
    this.dispatcher = dispatcher;
    this.greeting = greeting;
    this.watch = watch;
    this.writer = writer;
  }

  /** Whether a read is under way: what comes of it is written together at its end. */
  boolean isReading() {
    return reading;
  }

  /** Overwrites what was read and not taken. */
  void clear() {
    Arrays.fill(input, (byte) 0);
  }

  void read(ByteBuf in) {
    reading = true;
    try {
      watch.heard();
      boolean secret = connection.open().expectSecrets();
      int more = in.readableBytes();
      if (input.length - inputEnd < more) {
        byte[] larger = Arrays.copyOf(input, Math.max(2 * input.length, inputEnd + more));
        Arrays.fill(input, (byte) 0);
        input = larger;
      }
      in.readBytes(input, inputEnd, more);
      inputEnd += more;
      if (secret && !in.isReadOnly()) {
        in.setZero(0, in.writerIndex());
      }
      takeFrames(secret);
    } finally {
      reading = false;
    }
  }

  private void takeFrames(boolean secret) {
    int at = 0;
    while (!connection.isClosed()) {
      int frameBytesMax = connection.frameBytesMax();
      int length = reader.read(input, at, inputEnd, frameBytesMax);
      if (length == FrameReader.INCOMPLETE) {
        break;
      }
      if (length == FrameReader.MALFORMED) {
        connection.garbled(
            "it sent what is no frame, or one longer than " + frameBytesMax + " bytes");
        return;
      }
      take();
      at += length;
      writer.flushInRead();
    }
    if (at > 0) {
      int rest = Math.max(0, inputEnd - at);
      System.arraycopy(input, at, input, 0, rest);
      if (secret) {
        Arrays.fill(input, rest, inputEnd, (byte) 0);
      }
      inputEnd = rest;
    }
  }

  private void take() {
    int type = reader.type();
    if (type < FrameType.ANSWER || reader.fault() != null) {
      connection.garbled("it sent a frame that no node sends");
    } else if (type == (FrameType.GOAWAY | FrameType.ANSWER)) {
      connection.dismissed(refusal(Math.max(1, reader.status())));
    } else if (greeting.isOf(type, reader.correlation())) {
      greeting.answered(reader.status(), input, reader.bodyOffset(), reader.bodyLength());
    } else if (type == (FrameType.PING | FrameType.ANSWER)) {
      watch.ponged();
    } else {
      answer(type);
    }
  }

  private Attempt refusal(int status) {
    return Attempt.refused(status, input, reader.bodyOffset(), reader.bodyLength());
  }

  private void answer(int type) {
    OpenCalls open = connection.open();
    int slot = open.slotOf(reader.correlation());
    if (slot == OpenCalls.UNKNOWN) {
      connection.garbled("it answered what nobody had asked");
      return;
    }
    Call<?> call = open.at(slot);
    if (call != null && type != call.answerType()) {
      connection.garbled("its answer is of another kind than the request");
      return;
    }
    open.free(slot);
    if (call != null) {
      answered(call);
    }
    connection.closeIfRetired();
  }

  private <T> void answered(Call<T> call) {
    if (reader.status() != FrameStatus.OK) {
      Attempt attempt = refusal(reader.status());
      blame(attempt);
      connection.fail(call, attempt);
      return;
    }
    T value = call.parse(input, reader.bodyOffset(), reader.bodyLength());
    connection.leave(call);
    if (value == null) {
      node.failed("protocol");
      dispatcher.fail(
          call,
          new CofreException(
              Kind.PROTOCOL, "the answer of " + node.address() + " is not what was asked for"));
      return;
    }
    node.succeeded();
    if (!call.complete(value) && value instanceof DataKey unwanted) {
      unwanted.close();
    }
  }

  /** Whether a refusal tells something of the node's health. */
  private void blame(Attempt attempt) {
    ErrorCode code = attempt.failure().code().orElse(ErrorCode.INTERNAL);
    if (code == ErrorCode.OVERLOADED) {
      node.avoid(attempt.retryMs());
    } else if (attempt.mayRepeat() && attempt.isOfNode()) {
      node.avoid(attempt.retryMs());
      node.failed(code.code());
    } else if (code == ErrorCode.INTERNAL) {
      node.failed(code.code());
    } else {
      node.succeeded();
    }
  }
}
