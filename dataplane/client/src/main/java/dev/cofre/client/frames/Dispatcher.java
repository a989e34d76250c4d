package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Takes calls in, sends each attempt to a node, and decides whether what failed is tried again.
 * Thread-safe.
 *
 * <p>What is tried again: what never left, what a node refused for a reason that may pass ({@code
 * ErrorCode.isRetryable}), and what was lost with its connection. The last may have been carried
 * out: every operation here may be carried out twice without harm, and each time is on the audit
 * log.
 */
final class Dispatcher {
  private static final long BACK_OFF_MS = 5;
  private static final long BACK_OFF_MS_MAX = 2_000;

  /** Without a retry that counts, a call may be moved between nodes that say goodbye so often. */
  private static final int MOVES_MAX = 8;

  private final Vertx vertx;
  private final FrameOptions options;
  private final FrameMetrics metrics;
  private final Admission admission;
  private final RetryBudget budget;
  private final Nodes nodes;
  private final long timeoutNs;
  private final Promise<Void> drained = Promise.promise();
  private volatile boolean closing;

  Dispatcher(Vertx vertx, FrameOptions options) {
    FrameLimits limits = options.limits();
    this.vertx = vertx;
    this.options = options;
    this.metrics = options.metrics();
    this.admission = new Admission(limits.inFlightMax(), limits.inFlightBytesMax());
    this.budget = new RetryBudget(limits.retryShare());
    this.timeoutNs = TimeUnit.MILLISECONDS.toNanos(limits.timeoutMs());
    this.nodes = new Nodes(vertx, options, this);
  }

  long timeoutNs() {
    return timeoutNs;
  }

  /** Begins {@code call}; a failure to do so is its future's. */
  <T> Call<T> start(Call<T> call) {
    if (!admission.enter(call.heldBytes())) {
      call.refuse(
          new CofreException(
              Kind.BUSY,
              "this client has as many calls open, or holds as many bytes for them, as its limits"
                  + " allow: wait for answers, or raise inFlightMax or inFlightBytesMax"));
      return call;
    }
    // After it was counted: close() then either waits for it or is seen here.
    if (closing) {
      fail(call, closed());
      return call;
    }
    budget.deposit();
    attempt(call);
    return call;
  }

  private static CofreException closed() {
    return new CofreException(Kind.LOCAL, "the client is closed");
  }

  private void attempt(Call<?> call) {
    if (call.isDone()) {
      return;
    }
    call.attempts++;
    Node node = nodes.choose(call.node);
    call.node = node;
    node.submit(call);
  }

  /** Ends {@code call} with {@code failure}. */
  void fail(Call<?> call, CofreException failure) {
    call.completeExceptionally(failure);
  }

  /** The future of {@code call} was ended, by whoever. */
  void ended(Call<?> call, String outcome) {
    FrameConnection at = call.at;
    if (at != null) {
      at.abandon(call);
    }
    admission.leave(call.heldBytes());
    metrics.completed(call.operation, outcome, System.nanoTime() - call.startedNs);
    if (closing && admission.calls() == 0) {
      drained.tryComplete();
    }
  }

  /** An attempt of {@code call} did not succeed. */
  void failed(Call<?> call, Attempt attempt) {
    if (call.isDone()) {
      return;
    }
    CofreException failure = attempt.failure();
    if (!attempt.mayRepeat()) {
      fail(call, failure);
      return;
    }
    if (attempt.isMove() && call.attempts <= MOVES_MAX) {
      attempt(call);
      return;
    }
    if (call.attempts >= options.limits().attemptsMax()) {
      fail(call, failure);
      return;
    }
    long delayMs = delayMs(call, attempt);
    long leftMs = (call.deadlineNs - System.nanoTime()) / 1_000_000;
    if (delayMs >= leftMs) {
      fail(call, failure);
    } else if (!budget.take()) {
      metrics.retryRefused(call.operation, failure.reason());
      fail(call, failure);
    } else {
      metrics.retried(call.operation, failure.reason());
      vertx.setTimer(Math.max(1, delayMs), timer -> attempt(call));
    }
  }

  /** Full jitter over a doubling window; behind what the node asked for, unless another is free. */
  private long delayMs(Call<?> call, Attempt attempt) {
    long window = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS << Math.min(10, call.attempts));
    long jitter = ThreadLocalRandom.current().nextLong(window + 1);
    boolean elsewhere = attempt.isOfNode() && nodes.hasOtherThan(call.node);
    return elsewhere ? jitter : attempt.retryMs() + jitter;
  }

  /** What a failure is called in metrics. */
  static String reason(Throwable failure) {
    return failure instanceof CofreException known
        ? known.reason()
        : failure instanceof CancellationException ? "cancelled" : "ended_by_caller";
  }

  int openCalls() {
    return admission.calls();
  }

  /** Takes no more calls; completes when the open ones have ended, or when they were ended. */
  io.vertx.core.Future<Void> close(long timeoutMs) {
    closing = true;
    if (admission.calls() == 0) {
      drained.tryComplete();
    }
    long timer = timeoutMs > 0 ? vertx.setTimer(timeoutMs, late -> drained.tryComplete()) : -1;
    if (timeoutMs <= 0) {
      drained.tryComplete();
    }
    return drained
        .future()
        .eventually(
            () -> {
              if (timer >= 0) {
                vertx.cancelTimer(timer);
              }
              return nodes.close();
            });
  }

  boolean isClosing() {
    return closing;
  }
}
