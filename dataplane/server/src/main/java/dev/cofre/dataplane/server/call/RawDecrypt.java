package dev.cofre.dataplane.server.call;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.OpenStream;
import dev.cofre.engine.request.Problems;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.engine.request.SealStream;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * A raw envelope in, its plaintext out, or its re-encryption. What holds one segment is answered
 * whole; what is longer streams segment by verified segment, with back-pressure.
 *
 * <p>The first answer byte leaves after the first segment was verified; the last segment after the
 * request's end was seen, so that bytes which were appended fail too. A failure in between closes
 * the connection without the final chunk.
 */
public final class RawDecrypt {
  /** What the plaintext is for. */
  public enum Purpose {
    /** The caller. */
    DECRYPT,
    /** Another envelope. */
    REENCRYPT
  }

  private final ServerCall exchange;
  private final ServerState state;
  private final RequestPath path;
  private final Purpose purpose;
  private final String target;
  private final EncryptionContext context;
  private final Gathered header = new Gathered(EnvelopeFormat.HEADER_LENGTH);
  private final Gathered segment = new Gathered(EnvelopeFormat.SEGMENT_LENGTH);
  private OpenStream opening;
  private SealStream sealing;
  private boolean streaming;
  private final LongAnswer answer;

  /**
   * Opens what {@code exchange} sends.
   *
   * @param target the key of a re-encryption, or null for the envelope's own
   */
  public RawDecrypt(
      ServerCall exchange,
      ServerState state,
      RequestPath path,
      Purpose purpose,
      String target,
      EncryptionContext context) {
    this.exchange = exchange;
    this.state = state;
    this.path = path;
    this.purpose = purpose;
    this.target = target;
    this.context = context;
    this.answer = new LongAnswer(exchange, state);
  }

  /** Begins to read. */
  public void start() {
    exchange.read(chunk -> gather(chunk, 0), this::aborted, this::finish);
  }

  private void gather(Buffer chunk, int from) {
    int offset = from;
    while (offset < chunk.length() && !isOver()) {
      if (!header.isFull()) {
        offset += header.take(chunk, offset);
      } else if (!segment.isFull()) {
        offset += segment.take(chunk, offset);
      } else if (opening == null) {
        begin(chunk, offset);
        return;
      } else {
        // More follows, so the full segment is not the last.
        if (!openNext()) {
          return;
        }
      }
    }
  }

  private boolean isOver() {
    return exchange.isAnswered() && !streaming;
  }

  /** Pauses the request until all is decided that can be before the first answer byte. */
  private void begin(Buffer chunk, int offset) {
    if (!answer.admit()) {
      return;
    }
    path.beginDecrypt(exchange.caller(), header.copy(), context)
        .thenCompose(this::verifyFirst)
        .whenComplete(
            (first, failure) -> {
              if (failure != null) {
                if (opening != null) {
                  opening.abort(Problems.of(failure).code());
                }
                exchange.refuse(failure);
              } else if (answer.begin(opening::bytes)) {
                streaming = true;
                writeFirst(first);
                gather(chunk, offset);
                answer.resume();
              } else {
                abort(ErrorCode.DEADLINE_EXCEEDED);
              }
            });
  }

  /** The first segment's plaintext, and for a re-encryption the stream that takes it. */
  private CompletableFuture<byte[]> verifyFirst(OpenStream begun) {
    opening = begun;
    byte[] first = begun.open(segment.array(), segment.length(), false);
    segment.clear();
    if (first == null) {
      ProblemException invalid = Batch.invalidCiphertext();
      return begun
          .abort(invalid.code())
          .thenCompose(written -> CompletableFuture.failedFuture(invalid));
    }
    if (purpose == Purpose.DECRYPT) {
      return CompletableFuture.completedFuture(first);
    }
    return path.beginReencrypt(exchange.caller(), begun, target, context)
        .thenApply(
            seal -> {
              sealing = seal;
              return first;
            });
  }

  private void writeFirst(byte[] first) {
    if (sealing != null) {
      answer.write(sealing.header());
    }
    answer.write(outgoing(first, false));
  }

  /** Why the stream must end, or null. */
  private ErrorCode obstacle() {
    ErrorCode obstacle = opening.obstacle();
    return obstacle == null && sealing != null ? sealing.obstacle() : obstacle;
  }

  /** Opens the full segment that is gathered; false when the stream has failed. */
  private boolean openNext() {
    ErrorCode obstacle = obstacle();
    if (obstacle != null) {
      fail(obstacle);
      return false;
    }
    byte[] plaintext = opening.open(segment.array(), segment.length(), false);
    segment.clear();
    if (plaintext == null) {
      fail(ErrorCode.INVALID_CIPHERTEXT);
      return false;
    }
    answer.write(outgoing(plaintext, false));
    return true;
  }

  /** What leaves for {@code plaintext}: itself, or its new segment. */
  private byte[] outgoing(byte[] plaintext, boolean last) {
    if (sealing == null) {
      return plaintext;
    }
    byte[] sealed = sealing.seal(plaintext, plaintext.length, last);
    Arrays.fill(plaintext, (byte) 0);
    return sealed;
  }

  private void finish() {
    if (streaming) {
      finishStream();
    } else if (!exchange.isAnswered()) {
      answerWhole();
    }
  }

  private void answerWhole() {
    byte[] envelope = Arrays.copyOf(header.array(), header.length() + segment.length());
    System.arraycopy(segment.array(), 0, envelope, header.length(), segment.length());
    Batch batch = path.newBatch();
    batch.add(envelope, 0, envelope.length, context);
    if (purpose == Purpose.DECRYPT) {
      path.decrypt(exchange.caller(), batch)
          .whenComplete((done, failure) -> answer(batch, failure));
    } else {
      path.reencrypt(exchange.caller(), target, batch)
          .whenComplete(
              (again, failure) -> {
                batch.close();
                answer(again, failure);
              });
    }
  }

  /** Answers with the only item of {@code batch}, which it closes; null when there is a failure. */
  private void answer(Batch batch, Throwable failure) {
    if (failure != null || batch.problem(0) != null) {
      exchange.refuse(failure == null ? batch.problem(0) : failure);
    } else {
      state.metrics().processed(exchange.action(), batch.plaintextBytes());
      exchange.answerBytes(batch.copyOfOutput(0));
    }
    if (batch != null) {
      batch.close();
    }
  }

  /** The last segment leaves once the end events are on the log. */
  private void finishStream() {
    ErrorCode obstacle = obstacle();
    if (obstacle != null) {
      fail(obstacle);
      return;
    }
    byte[] plaintext = opening.open(segment.array(), segment.length(), true);
    if (plaintext == null) {
      fail(ErrorCode.INVALID_CIPHERTEXT);
      return;
    }
    byte[] last = outgoing(plaintext, true);
    opening
        .end()
        .thenCompose(
            written -> sealing == null ? CompletableFuture.completedFuture(null) : sealing.end())
        .whenComplete(
            (written, failure) -> {
              if (failure != null) {
                exchange.cut(ErrorCode.AUDIT_UNAVAILABLE);
              } else {
                exchange.finished(last);
              }
            });
  }

  private void fail(ErrorCode code) {
    streaming = false;
    exchange.pauseBody();
    if (sealing != null) {
      sealing.abort(code);
    }
    opening.abort(code).whenComplete((written, failure) -> exchange.cut(code));
  }

  private void abort(ErrorCode code) {
    opening.abort(code);
    if (sealing != null) {
      sealing.abort(code);
    }
  }

  private void aborted(Throwable failure) {
    ProblemException problem = ServerCall.problemOf(failure);
    if (streaming) {
      fail(problem.code());
    } else {
      exchange.reject(problem);
    }
  }
}
