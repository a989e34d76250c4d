package dev.cofre.client;

import dev.cofre.client.CofreException.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.concurrent.TimeUnit;

/**
 * One request whose body is sent while its answer is received.
 *
 * <p>Memory: each direction holds at most its write queue. A source is paused while the connection
 * takes no more, the answer is while the sink takes no more. Concurrency: the source and the sink
 * may call on any thread; all else happens on the request's context.
 *
 * <p>Lifecycle: it succeeds only when the source ended, the answer ended by its final chunk after
 * that, the lengths belong together and the sink has ended. Whatever else happens closes the
 * connection, which the service takes as the end without the final chunk; the request's own final
 * chunk is never sent for a source that failed.
 */
final class StreamExchange {
  private final Transport transport;
  private final ReadStream<Buffer> source;
  private final WriteStream<Buffer> sink;
  private final LengthCheck lengths;
  private final Promise<Void> result = Promise.promise();
  private HttpClientRequest request;
  private HttpClientResponse response;
  private volatile boolean sourceEnded;
  private volatile boolean refused;
  private volatile boolean requestFull;
  private volatile boolean sinkFull;
  private volatile long progressAtNs = System.nanoTime();

  StreamExchange(
      Transport transport,
      ReadStream<Buffer> source,
      WriteStream<Buffer> sink,
      LengthCheck lengths) {
    this.transport = transport;
    this.source = source;
    this.sink = sink;
    this.lengths = lengths;
  }

  Future<Void> run(Transport.Call call) {
    source.pause();
    transport.open(call).onSuccess(this::begin).onFailure(this::failRemote);
    return result.future();
  }

  private void begin(HttpClientRequest opened) {
    request = opened;
    request.setChunked(true);
    request.exceptionHandler(this::failRemote);
    request.drainHandler(drained -> resumeSource());
    request.response().onSuccess(this::receive).onFailure(this::failRemote);
    request.sendHead().onFailure(this::writeFailed);
    sink.exceptionHandler(this::failLocal);
    source.exceptionHandler(this::failLocal);
    source.endHandler(end -> endRequest());
    source.handler(this::send);
    watchForStall();
    source.resume();
  }

  private boolean isSending() {
    return !result.future().isComplete() && !refused;
  }

  private void send(Buffer chunk) {
    if (!isSending()) {
      source.pause();
      return;
    }
    if (chunk.length() == 0) {
      return;
    }
    lengths.sent(chunk);
    request.write(chunk).onSuccess(flushed -> progress()).onFailure(this::writeFailed);
    if (request.writeQueueFull()) {
      requestFull = true;
      source.pause();
      if (!request.writeQueueFull()) {
        resumeSource();
      }
    }
  }

  private void resumeSource() {
    progress();
    requestFull = false;
    if (isSending()) {
      source.resume();
    }
  }

  private void endRequest() {
    if (isSending()) {
      sourceEnded = true;
      progress();
      request.end().onFailure(this::writeFailed);
    }
  }

  private void receive(HttpClientResponse head) {
    response = head;
    progress();
    if (!Answers.isSuccess(head)) {
      refused = true;
      Answers.problem(head).onSuccess(this::failRemote);
      return;
    }
    if (!Answers.isFramed(head)) {
      failRemote(Answers.unframed());
      return;
    }
    head.exceptionHandler(this::failRemote);
    head.endHandler(end -> endAnswer());
    head.handler(this::deliver);
  }

  private void deliver(Buffer chunk) {
    progress();
    if (result.future().isComplete() || chunk.length() == 0) {
      return;
    }
    lengths.received(chunk);
    sink.write(chunk).onFailure(this::failLocal);
    if (sink.writeQueueFull()) {
      sinkFull = true;
      response.pause();
      sink.drainHandler(drained -> resumeAnswer());
      if (!sink.writeQueueFull()) {
        resumeAnswer();
      }
    }
  }

  private void resumeAnswer() {
    progress();
    sinkFull = false;
    response.resume();
  }

  private void endAnswer() {
    if (!sourceEnded) {
      failRemote(
          new CofreException(
              Kind.PROTOCOL, "the answer ended before the request did: do not use it"));
      return;
    }
    CofreException verdict = lengths.verdict();
    if (verdict != null) {
      failRemote(verdict);
      return;
    }
    if (!result.future().isComplete()) {
      sinkFull = true;
      sink.end().onSuccess(result::tryComplete).onFailure(this::failLocal);
    }
  }

  private void writeFailed(Throwable cause) {
    if (!Failures.isConnectionLost(cause)) {
      failRemote(cause);
    }
  }

  private void failRemote(Throwable cause) {
    fail(Failures.of(cause, transport.endpoint(), response != null));
  }

  private void failLocal(Throwable cause) {
    fail(cause);
  }

  private void fail(Throwable failure) {
    if (result.tryFail(failure)) {
      source.pause();
      if (request != null) {
        // Not reset(): that would leave a half-sent body on a connection of the pool.
        request.connection().close();
      }
    }
  }

  private void progress() {
    progressAtNs = System.nanoTime();
  }

  /** Fails when the service, not the source or the sink, has held this up for too long. */
  private void watchForStall() {
    long stallTimeoutMs = transport.endpoint().limits().stallTimeoutMs();
    long timer =
        transport
            .vertx()
            .setPeriodic(
                Math.max(1, stallTimeoutMs / 4),
                id -> {
                  boolean serviceIsDue = !sinkFull && (sourceEnded || requestFull);
                  if (!serviceIsDue) {
                    progress();
                  } else if (System.nanoTime() - progressAtNs
                      > TimeUnit.MILLISECONDS.toNanos(stallTimeoutMs)) {
                    failRemote(
                        Failures.timedOut(
                            "the service neither read nor answered for " + stallTimeoutMs + " ms"));
                  }
                });
    result.future().onComplete(done -> transport.vertx().cancelTimer(timer));
  }
}
