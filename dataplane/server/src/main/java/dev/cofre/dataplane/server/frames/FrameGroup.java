package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.DataKeyCalls;
import dev.cofre.engine.request.Problems;
import java.util.concurrent.CompletableFuture;

/** Requests that are executed as one: same kind, same key. Not thread-safe. */
final class FrameGroup {
  /** In place of a frame's type: these requests are refused. */
  static final int REFUSAL = -1;

  final int type;
  final String key;
  final String action;

  /** What goes in, or null. */
  final Batch batch;

  /** The first request's correlation id: by it the audit log names them all. */
  final int correlation;

  /** How many requests are in it. */
  int requests;

  /** What failed all of them, or null. */
  ProblemException problem;

  /** After how long they may be tried again, when they were refused. */
  int retryMs;

  /** How many were done well. */
  int done;

  private Batch answer;
  private DataKeyCalls.Generated dataKey;
  private CompletableFuture<?> future;
  private boolean settled;

  FrameGroup(int type, String key, String action, Batch batch, int correlation) {
    this.type = type;
    this.key = key;
    this.action = action;
    this.batch = batch;
    this.correlation = correlation;
  }

  void future(CompletableFuture<?> begun) {
    future = begun;
  }

  CompletableFuture<?> future() {
    return future;
  }

  /** Whether what came of it was taken: {@link #settle} was called. */
  boolean isDone() {
    return settled;
  }

  /** Takes what came of it; its future is complete. Once, on the event loop. */
  void settle() {
    settled = true;
    if (future.isCompletedExceptionally()) {
      problem = Problems.of(future.exceptionNow());
      return;
    }
    Object result = future.resultNow();
    if (result instanceof Batch other) {
      answer = other;
    } else if (result instanceof DataKeyCalls.Generated generated) {
      dataKey = generated;
    } else {
      answer = batch;
    }
  }

  /** What came out. */
  Batch answer() {
    return answer;
  }

  DataKeyCalls.Generated dataKey() {
    return dataKey;
  }

  /** Overwrites and gives back all that it holds. */
  @SuppressWarnings("ReferenceEquality") // the answer may be the very batch
  void release() {
    if (dataKey != null) {
      dataKey.wipe();
    }
    if (answer != null && answer != batch) {
      answer.close();
    }
    if (batch != null) {
      batch.close();
    }
  }
}
