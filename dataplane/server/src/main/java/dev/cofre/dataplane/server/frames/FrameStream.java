package dev.cofre.dataplane.server.frames;

import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Streams;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.OpenStream;
import dev.cofre.engine.request.Problems;
import dev.cofre.engine.request.SealStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A plaintext or an envelope of any length, in and out under credit: the client sends no more than
 * this holds, and this sends while the client has given credit and reads. Not thread-safe; used on
 * its event loop.
 */
final class FrameStream {
  /** What each holds at most. */
  static final int HELD_BYTES = Streams.CREDIT_BYTES;

  private static final long STALLED_NS = TimeUnit.SECONDS.toNanos(60);

  private enum State {
    BEGINNING,
    OPEN,
    ENDING,
    OVER
  }

  private final FrameLoop loop;
  private final FrameConnection connection;
  private final FrameStreams streams;
  private final Caller caller;
  private final int correlation;
  private final int operation;
  private final String key;
  private final EncryptionContext context;
  private final byte[] input = new byte[HELD_BYTES];
  private int from;
  private int to;
  private boolean ended;
  private boolean pumping;
  private long credit;
  private State state = State.BEGINNING;
  private SealStream sealing;
  private OpenStream opening;
  private long movedNs = System.nanoTime();

  FrameStream(
      FrameLoop loop,
      FrameConnection connection,
      FrameStreams streams,
      Caller caller,
      int correlation,
      int operation,
      String key,
      EncryptionContext context,
      int credit) {
    this.loop = loop;
    this.connection = connection;
    this.streams = streams;
    this.caller = caller;
    this.correlation = correlation;
    this.operation = operation;
    this.key = key;
    this.context = context;
    this.credit = credit & 0xffff_ffffL;
  }

  int correlation() {
    return correlation;
  }

  String principalId() {
    return caller.principal().id();
  }

  private String action() {
    return operation == Streams.ENCRYPT
        ? "encrypt"
        : operation == Streams.DECRYPT ? "decrypt" : "reencrypt";
  }

  /** Asks for the key, when it is known already which. */
  void begin() {
    if (operation == Streams.ENCRYPT) {
      then(loop.path().beginEncrypt(caller, key, context), begun -> sealing = begun);
    }
  }

  /** Once the envelope's header is there. */
  private void beginOpening() {
    if (opening != null || to - from < HEADER_LENGTH) {
      if (ended && opening == null) {
        refuse(Batch.invalidCiphertext());
      }
      return;
    }
    byte[] header = Arrays.copyOfRange(input, from, from + HEADER_LENGTH);
    consume(HEADER_LENGTH);
    state = State.ENDING;
    CompletableFuture<OpenStream> begun = loop.path().beginDecrypt(caller, header, context);
    if (operation == Streams.DECRYPT) {
      then(begun, open -> opening = open);
      return;
    }
    then(
        begun.thenCompose(
            open -> {
              opening = open;
              return loop.path().beginReencrypt(caller, open, key.isEmpty() ? null : key, context);
            }),
        seal -> sealing = seal);
  }

  private <T> void then(CompletableFuture<T> begun, java.util.function.Consumer<T> take) {
    if (begun.isDone()) {
      begun(begun, take);
    } else {
      begun.whenComplete((done, failure) -> loop.executor().execute(() -> begun(begun, take)));
    }
  }

  private <T> void begun(CompletableFuture<T> begun, java.util.function.Consumer<T> take) {
    boolean failed = begun.isCompletedExceptionally();
    if (!failed) {
      take.accept(begun.resultNow());
    }
    if (state == State.OVER) {
      abort(ErrorCode.INVALID_REQUEST);
    } else if (failed) {
      if (opening != null) {
        opening.abort(Problems.of(begun.exceptionNow()).code());
      }
      fail(Problems.of(begun.exceptionNow()));
    } else {
      state = State.OPEN;
      connection.send(answer(FrameType.STREAM_OPEN, 0, new byte[0], 0, 0));
      if (sealing != null) {
        emit(sealing.header(), false);
      }
      pump();
    }
  }

  /** Takes bytes; more than there was credit for ends the stream. */
  void data(byte[] in, int offset, int length, boolean end) {
    if (state == State.OVER) {
      return;
    }
    if (ended || length > input.length - (to - from)) {
      fail(
          new ProblemException(
              ErrorCode.INVALID_REQUEST, "the stream had ended, or had no credit for so much"));
      return;
    }
    if (length > input.length - to) {
      System.arraycopy(input, from, input, 0, to - from);
      to -= from;
      from = 0;
    }
    System.arraycopy(in, offset, input, to, length);
    to += length;
    ended = end;
    movedNs = System.nanoTime();
    if (state == State.BEGINNING && operation != Streams.ENCRYPT) {
      beginOpening();
    }
    pump();
  }

  void credit(long more) {
    credit = Math.min(credit + more, Long.MAX_VALUE / 2);
    movedNs = System.nanoTime();
    pump();
  }

  /** Goes on as far as input, credit and the connection allow. */
  void pump() {
    if (pumping) {
      // What was sent has changed whether the connection takes more: the loop below sees that.
      return;
    }
    pumping = true;
    while (advance()) {
      movedNs = System.nanoTime();
    }
    pumping = false;
  }

  /** One segment; false when there is none to be had, or no room for it. */
  private boolean advance() {
    int there = to - from;
    int full = opening == null ? SEGMENT_PLAINTEXT_LENGTH : SEGMENT_LENGTH;
    if (state != State.OPEN
        || credit <= 0
        || !connection.takesMore()
        || (there <= full && !ended)) {
      return false;
    }
    if (there > full) {
      segment(full);
    } else {
      lastSegment(there);
    }
    return true;
  }

  private void segment(int length) {
    if (meetsObstacle()) {
      return;
    }
    byte[] out = transform(length, false);
    if (out == null) {
      fail(Batch.invalidCiphertext());
      return;
    }
    consume(length);
    emit(out, false);
  }

  /** Whether the stream had to end before this segment. */
  private boolean meetsObstacle() {
    ErrorCode obstacle = obstacle();
    if (obstacle == null) {
      return false;
    }
    fail(
        new ProblemException(
            obstacle,
            obstacle == ErrorCode.POLICY_STALE
                ? "this node's policy became older than its limit while the stream was open"
                : "the key, its grant or the caller's token was taken away while the stream was open"));
    return true;
  }

  /** Why the stream must end, or null. */
  private ErrorCode obstacle() {
    ErrorCode obstacle = opening == null ? null : opening.obstacle();
    return obstacle == null && sealing != null ? sealing.obstacle() : obstacle;
  }

  /** The next segment of the answer, or null when the envelope is not valid. */
  private byte[] transform(int length, boolean last) {
    byte[] segment = Arrays.copyOfRange(input, from, from + length);
    byte[] plaintext = opening == null ? segment : opening.open(segment, length, last);
    if (plaintext == null || sealing == null) {
      return plaintext;
    }
    byte[] sealed = sealing.seal(plaintext, plaintext.length, last);
    Arrays.fill(plaintext, (byte) 0);
    return sealed;
  }

  private void consume(int length) {
    Arrays.fill(input, from, from + length, (byte) 0);
    from += length;
    if (!ended) {
      byte[] body = new byte[Integer.BYTES];
      FrameFormat.putInt(body, 0, length);
      connection.send(answer(FrameType.STREAM_CREDIT, 0, body, 0, body.length));
    }
  }

  /** The last segment leaves once the end events are on the log. */
  private void lastSegment(int length) {
    if (meetsObstacle()) {
      return;
    }
    byte[] last = transform(length, true);
    if (last == null) {
      fail(Batch.invalidCiphertext());
      return;
    }
    state = State.ENDING;
    CompletableFuture<Void> written = opening == null ? nothing() : opening.end();
    written = written.thenCompose(done -> sealing == null ? nothing() : sealing.end());
    CompletableFuture<Void> end = written;
    if (end.isDone()) {
      finish(end, last);
    } else {
      end.whenComplete((done, failure) -> loop.executor().execute(() -> finish(end, last)));
    }
  }

  private static CompletableFuture<Void> nothing() {
    return CompletableFuture.completedFuture(null);
  }

  private void finish(CompletableFuture<Void> end, byte[] last) {
    if (state == State.OVER) {
      return;
    }
    if (end.isCompletedExceptionally()) {
      close(Problems.of(end.exceptionNow()));
      return;
    }
    emit(last, true);
    loop.state().metrics().answered(action(), "ok");
    close(null);
  }

  /** Sends {@code bytes}, in as many frames as the connection's limit asks for. */
  private void emit(byte[] bytes, boolean last) {
    int most = connection.frameBytesMax() - FrameFormat.HEADER_LENGTH;
    int at = 0;
    do {
      int length = Math.min(most, bytes.length - at);
      int flags = last && at + length == bytes.length ? FrameFormat.FLAG_END : 0;
      connection.send(answer(FrameType.STREAM_DATA, flags, bytes, at, length));
      at += length;
    } while (at < bytes.length);
    credit -= bytes.length;
    movedNs = System.nanoTime();
  }

  private byte[] answer(int type, int flags, byte[] body, int offset, int length) {
    byte[] frame = new byte[FrameFormat.HEADER_LENGTH + length];
    FrameFormat.putHeader(frame, 0, frame.length, type | FrameType.ANSWER, flags, 0, correlation);
    System.arraycopy(body, offset, frame, FrameFormat.HEADER_LENGTH, length);
    return frame;
  }

  /** Refused before a key was used: written down here. */
  private void refuse(ProblemException problem) {
    state = State.ENDING;
    loop.path()
        .refuse(caller, action(), null, problem)
        .whenComplete((written, failure) -> loop.executor().execute(() -> close(problem)));
  }

  /** Ends the stream with {@code problem}, once that is on the log. */
  private void fail(ProblemException problem) {
    state = State.ENDING;
    abort(problem.code())
        .whenComplete((written, failure) -> loop.executor().execute(() -> close(problem)));
  }

  private CompletableFuture<Void> abort(ErrorCode code) {
    CompletableFuture<Void> sealed = sealing == null ? nothing() : sealing.abort(code);
    return opening == null ? sealed : sealed.thenCompose(done -> opening.abort(code));
  }

  void cancel() {
    if (state != State.OVER) {
      abort(ErrorCode.INVALID_REQUEST);
      connection.send(ErrorBody.cancelled(FrameType.STREAM_DATA, correlation));
      close(null);
    }
  }

  /** A stream that nobody moves ends. */
  void sweep(long nowNs) {
    if ((state == State.OPEN || state == State.BEGINNING) && nowNs - movedNs > STALLED_NS) {
      fail(
          new ProblemException(
              ErrorCode.DEADLINE_EXCEEDED, "neither data nor credit came for a minute"));
    }
  }

  /** The connection is gone. */
  void abandon() {
    if (state != State.OVER) {
      abort(ErrorCode.INVALID_REQUEST);
      close(null);
    }
  }

  private void close(ProblemException problem) {
    if (state == State.OVER) {
      return;
    }
    state = State.OVER;
    Arrays.fill(input, (byte) 0);
    if (problem != null) {
      // Also when the key came after the stream had failed; an end that is written is not again.
      abort(problem.code());
      connection.send(
          ErrorBody.frame(FrameType.STREAM_DATA, correlation, problem, ErrorBody.RETRY_MS));
      loop.state().metrics().answered(action(), problem.code().code());
    }
    long bytes = opening != null ? opening.bytes() : sealing != null ? sealing.bytes() : 0;
    loop.state().metrics().processed(action(), bytes);
    streams.ended(this);
  }
}
