package dev.cofre.hsm;

import java.time.Duration;

/**
 * How much a gateway asks of its HSM at once, and how long it lets callers wait. Immutable.
 *
 * @param threads HSM threads, each with one call in the device
 * @param queueMax calls that wait, all together; one tenant may have half of them, one principal a
 *     quarter
 * @param deadline how long a call may take, its time in the queue included
 */
public record GatewayLimits(int threads, int queueMax, Duration deadline) {
  /** The shipped limits (docs/OPERATIONS.md). */
  public static final GatewayLimits DEFAULT = new GatewayLimits(2, 4_096, Duration.ofSeconds(2));

  private static final int THREADS_MAX = 256;
  private static final int QUEUE_MIN = 4;
  private static final int QUEUE_MAX = 1_000_000;

  /** Checks the bounds. */
  public GatewayLimits {
    if (threads < 1
        || threads > THREADS_MAX
        || queueMax < QUEUE_MIN
        || queueMax > QUEUE_MAX
        || !deadline.isPositive()) {
      throw new IllegalArgumentException(
          "threads %d, queueMax %d, deadline %s".formatted(threads, queueMax, deadline));
    }
  }

  /** The same with {@code count} threads. */
  public GatewayLimits withThreads(int count) {
    return new GatewayLimits(count, queueMax, deadline);
  }

  /** The same with {@code limit} for each call. */
  public GatewayLimits withDeadline(Duration limit) {
    return new GatewayLimits(threads, queueMax, limit);
  }

  int tenantMax() {
    return queueMax / 2;
  }

  int principalMax() {
    return queueMax / 4;
  }
}
