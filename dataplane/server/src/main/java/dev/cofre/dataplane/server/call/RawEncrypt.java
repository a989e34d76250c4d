package dev.cofre.dataplane.server.call;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.engine.request.SealStream;
import io.vertx.core.buffer.Buffer;

/**
 * A raw plaintext in, its envelope out. What fits one segment is answered whole; what is longer
 * streams segment by segment, with back-pressure from the answer to the request, so that memory
 * stays bounded at any length.
 */
public final class RawEncrypt {
  private final ServerCall exchange;
  private final ServerState state;
  private final RequestPath path;
  private final String key;
  private final EncryptionContext context;
  private final Gathered segment = new Gathered(EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH);
  private SealStream stream;
  private final LongAnswer answer;
  private boolean failed;

  /** Encrypts what {@code exchange} sends under the key {@code key}. */
  public RawEncrypt(
      ServerCall exchange,
      ServerState state,
      RequestPath path,
      String key,
      EncryptionContext context) {
    this.exchange = exchange;
    this.state = state;
    this.path = path;
    this.key = key;
    this.context = context;
    this.answer = new LongAnswer(exchange, state);
  }

  /** Begins to read. */
  public void start() {
    exchange.onEnd(segment::wipe);
    exchange.read(chunk -> gather(chunk, 0), this::aborted, this::finish);
  }

  private void gather(Buffer chunk, int from) {
    int offset = from;
    while (offset < chunk.length() && !isOver()) {
      if (segment.isFull()) {
        // More follows, so the full segment is not the last.
        if (stream == null) {
          begin(chunk, offset);
          return;
        }
        ErrorCode obstacle = stream.obstacle();
        if (obstacle != null) {
          fail(obstacle);
          return;
        }
        answer.write(stream.seal(segment.array(), segment.length(), false));
        segment.clear();
      }
      offset += segment.take(chunk, offset);
    }
  }

  /** Whether nothing more is to be read: refused before the stream began, or the caller is gone. */
  private boolean isOver() {
    return failed || (exchange.isAnswered() && stream == null);
  }

  /** Pauses the request until the stream has begun, then goes on with the rest of {@code chunk}. */
  private void begin(Buffer chunk, int offset) {
    if (!answer.admit()) {
      return;
    }
    path.beginEncrypt(exchange.caller(), key, context)
        .whenComplete(
            (begun, failure) -> {
              if (failure != null) {
                exchange.refuse(failure);
              } else if (answer.begin(begun::bytes)) {
                stream = begun;
                answer.write(begun.header());
                gather(chunk, offset);
                answer.resume();
              } else {
                begun.abort(ErrorCode.DEADLINE_EXCEEDED);
              }
            });
  }

  private void finish() {
    if (failed) {
      return;
    }
    if (stream != null) {
      finishStream();
    } else if (!exchange.isAnswered()) {
      answerWhole();
    }
  }

  private void answerWhole() {
    Batch batch = path.newBatch();
    batch.add(segment.array(), 0, segment.length(), context);
    path.encrypt(exchange.caller(), key, batch)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                exchange.refuse(failure);
              } else {
                state.metrics().processed(exchange.action(), batch.plaintextBytes());
                exchange.answerBytes(batch.copyOfOutput(0));
              }
              batch.close();
            });
  }

  /** The last segment leaves once the end event is on the log. */
  private void finishStream() {
    ErrorCode obstacle = stream.obstacle();
    if (obstacle != null) {
      fail(obstacle);
      return;
    }
    int length = segment.length();
    byte[] last = stream.seal(segment.array(), length, true);
    stream
        .end()
        .whenComplete(
            (written, failure) -> {
              if (failure != null) {
                exchange.cut(ErrorCode.AUDIT_UNAVAILABLE);
              } else {
                exchange.finished(last);
              }
            });
  }

  /** Ends the stream without its end; nothing more is read. */
  private void fail(ErrorCode code) {
    failed = true;
    exchange.pauseBody();
    stream.abort(code).whenComplete((written, failure) -> exchange.cut(code));
  }

  private void aborted(Throwable failure) {
    ProblemException problem = ServerCall.problemOf(failure);
    if (stream == null) {
      exchange.reject(problem);
    } else if (!failed) {
      fail(problem.code());
    }
  }
}
