package dev.cofre.client.frames;

/**
 * What a client tells of itself, to be counted by whatever library the service uses. Each method
 * does nothing unless it is overridden; none gets a secret, a context or a key's name.
 *
 * <p>Called on event loops and on callers' threads, often: implementations are thread-safe, never
 * block and throw nothing.
 */
public interface FrameMetrics {
  /** Counts nothing. */
  FrameMetrics NONE = new FrameMetrics() {};

  /**
   * A call ended.
   *
   * @param outcome {@code ok}, {@code cancelled}, the service's error code, or the kind of the
   *     failure in lower case
   * @param durationNs from the call to its end, retries and waiting included: for a histogram
   */
  default void completed(Operation operation, String outcome, long durationNs) {}

  /** An attempt failed for {@code reason} and another one follows. */
  default void retried(Operation operation, String reason) {}

  /** An attempt failed and none followed, because the retry budget was used up. */
  default void retryRefused(Operation operation, String reason) {}

  /**
   * Requests were written together: the batch, for a histogram.
   *
   * @param bytes their frames' length
   */
  default void flushed(int requests, int bytes) {}

  /** A connection to {@code node} is ready. */
  default void connected(String node) {}

  /** A connection to {@code node} ended, or could not be made, for {@code reason}. */
  default void disconnected(String node, String reason) {}

  /** Calls go to other nodes for {@code ejectedMs}, then {@code node} is probed. */
  default void ejected(String node, String reason, long ejectedMs) {}

  /** A probe was answered: {@code node} takes calls again. */
  default void returned(String node) {}
}
