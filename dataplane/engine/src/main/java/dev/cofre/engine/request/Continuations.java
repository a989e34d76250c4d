package dev.cofre.engine.request;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Brings what other threads complete back to an event loop. */
final class Continuations {
  private Continuations() {}

  /**
   * {@code future}, completed on {@code loop} however it ends. ({@code thenApplyAsync} alone would
   * pass a failure on from the thread that failed.)
   */
  static <T> CompletableFuture<T> on(Executor loop, CompletableFuture<T> future) {
    return future
        .handleAsync(
            (result, failure) ->
                failure == null
                    ? CompletableFuture.completedFuture(result)
                    : CompletableFuture.<T>failedFuture(failure),
            loop)
        .thenCompose(Function.identity());
  }
}
