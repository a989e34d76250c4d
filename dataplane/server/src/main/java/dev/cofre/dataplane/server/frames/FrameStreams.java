package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Streams;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/** The streams of one connection, by correlation id. Not thread-safe; used on its event loop. */
final class FrameStreams {
  private final FrameLoop loop;
  private final FrameConnection connection;
  private final Map<Integer, FrameStream> streams = new HashMap<>();

  FrameStreams(FrameLoop loop, FrameConnection connection) {
    this.loop = loop;
    this.connection = connection;
  }

  boolean isEmpty() {
    return streams.isEmpty();
  }

  /** How many bytes they hold. */
  long bytes() {
    return (long) streams.size() * FrameStream.HELD_BYTES;
  }

  void open(FrameRun run, FrameReader frame, FrameCaller caller) {
    byte[] in = frame.bytes();
    int at = frame.bodyOffset();
    if (!Streams.isOpening(in, at, frame.bodyLength())) {
      run.refuse(
          frame,
          ErrorCode.INVALID_REQUEST,
          "a stream is opened with operation, credit and the key's name");
      return;
    }
    if (streams.containsKey(frame.correlation())) {
      run.refuse(
          frame, ErrorCode.INVALID_REQUEST, "a stream with this correlation id is open already");
      return;
    }
    if (streams.size() >= FrameConnection.STREAMS_MAX
        || !loop.state().takeStream(caller.principalId())) {
      run.refuse(frame, ErrorCode.OVERLOADED, "too many streams are open; wait for one to end");
      return;
    }
    begin(run, frame, caller);
  }

  private void begin(FrameRun run, FrameReader frame, FrameCaller caller) {
    byte[] in = frame.bytes();
    int at = frame.bodyOffset();
    int keyLength = in[at + 5] & 0xff;
    String key = new String(in, Streams.keyOffset(at), keyLength, StandardCharsets.UTF_8);
    FrameStream stream;
    try {
      EncryptionContext context =
          EncryptionContext.ofCanonical(in, frame.contextOffset(), frame.contextLength());
      stream =
          new FrameStream(
              loop,
              connection,
              this,
              caller.of(frame.correlation()),
              frame.correlation(),
              Streams.operation(in, at),
              key,
              context,
              Streams.credit(in, at));
    } catch (ProblemException problem) {
      loop.state().releaseStream(caller.principalId());
      run.refuse(frame, problem, 0);
      return;
    }
    streams.put(frame.correlation(), stream);
    loop.state().requestOpened();
    stream.begin();
  }

  void data(FrameRun run, FrameReader frame) {
    FrameStream stream = find(run, frame);
    if (stream != null) {
      stream.data(
          frame.bytes(),
          frame.bodyOffset(),
          frame.bodyLength(),
          (frame.flags() & FrameFormat.FLAG_END) != 0);
    }
  }

  void credit(FrameRun run, FrameReader frame) {
    FrameStream stream = find(run, frame);
    if (stream != null && frame.bodyLength() == Integer.BYTES) {
      stream.credit(FrameFormat.getInt(frame.bytes(), frame.bodyOffset()) & 0xffff_ffffL);
    }
  }

  /** What comes for a stream that has ended crossed its end on the way, and is passed over. */
  private FrameStream find(FrameRun run, FrameReader frame) {
    assert run != null && frame.type() != FrameType.STREAM_OPEN;
    return streams.get(frame.correlation());
  }

  boolean cancel(int correlation) {
    FrameStream stream = streams.get(correlation);
    if (stream != null) {
      stream.cancel();
    }
    return stream != null;
  }

  void ended(FrameStream stream) {
    if (streams.remove(stream.correlation(), stream)) {
      loop.state().releaseStream(stream.principalId());
      loop.state().requestClosed();
    }
  }

  /** Goes on with those that waited because the connection's answers were not read. */
  void pump() {
    if (!streams.isEmpty()) {
      new ArrayList<>(streams.values()).forEach(FrameStream::pump);
    }
  }

  void sweep(long nowNs) {
    if (!streams.isEmpty()) {
      new ArrayList<>(streams.values()).forEach(stream -> stream.sweep(nowNs));
    }
  }

  /** The connection is gone. */
  void end() {
    new ArrayList<>(streams.values()).forEach(FrameStream::abandon);
  }
}
