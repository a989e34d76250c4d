package dev.cofre.client.frames;

/**
 * The limits of a client. Immutable; each {@code with…} returns a changed copy.
 *
 * @param timeoutMs how long a call may take in all, retries included; the rest of it travels with
 *     each attempt as its deadline (1 to 3,600,000)
 * @param connectTimeoutMs how long a connection may take to be ready, TLS and hello included
 * @param connectionsPerNode how many connections are kept to a node; each has one event loop here
 *     and there (1 to 64)
 * @param inFlightMax how many calls may be open at once; the next one fails with {@code BUSY}
 * @param inFlightBytesMax how many bytes of plaintexts and envelopes the open calls may hold
 * @param batchDelayUs how long a request may wait for others to be written with it, in
 *     microseconds. 0: until the event loop has done what it has to do at once. A connection
 *     without open requests never waits
 * @param attemptsMax how often a call is tried at most, the first time included
 * @param retryShare how many retries there may be for each call, in the long run (0 to 1)
 */
public record FrameLimits(
    long timeoutMs,
    long connectTimeoutMs,
    int connectionsPerNode,
    int inFlightMax,
    long inFlightBytesMax,
    int batchDelayUs,
    int attemptsMax,
    double retryShare) {
  /** 10 s, 5 s, 2 connections, 4,096 calls of 64 MiB, no delay, 4 attempts, a tenth. */
  public static final FrameLimits DEFAULT =
      new FrameLimits(10_000, 5_000, 2, 4_096, 64L * 1024 * 1024, 0, 4, 0.1);

  /** Checks the limits. */
  public FrameLimits {
    boolean sensible =
        timeoutMs >= 1
            && timeoutMs <= 3_600_000
            && connectTimeoutMs >= 1
            && connectTimeoutMs <= 60_000
            && connectionsPerNode >= 1
            && connectionsPerNode <= 64
            && inFlightMax >= 1
            && inFlightBytesMax >= 1
            && batchDelayUs >= 0
            && batchDelayUs <= 1_000_000
            && attemptsMax >= 1
            && attemptsMax <= 16
            && retryShare >= 0
            && retryShare <= 1;
    if (!sensible) {
      throw new IllegalArgumentException("a limit of the client is out of its range");
    }
  }

  /** With another time for a whole call. */
  public FrameLimits withTimeoutMs(long ms) {
    return new FrameLimits(
        ms,
        connectTimeoutMs,
        connectionsPerNode,
        inFlightMax,
        inFlightBytesMax,
        batchDelayUs,
        attemptsMax,
        retryShare);
  }

  /** With another number of connections to each node. */
  public FrameLimits withConnectionsPerNode(int count) {
    return new FrameLimits(
        timeoutMs,
        connectTimeoutMs,
        count,
        inFlightMax,
        inFlightBytesMax,
        batchDelayUs,
        attemptsMax,
        retryShare);
  }

  /** With other bounds on the open calls. */
  public FrameLimits withInFlight(int calls, long bytes) {
    return new FrameLimits(
        timeoutMs,
        connectTimeoutMs,
        connectionsPerNode,
        calls,
        bytes,
        batchDelayUs,
        attemptsMax,
        retryShare);
  }

  /** With another latency budget for batches. */
  public FrameLimits withBatchDelayUs(int us) {
    return new FrameLimits(
        timeoutMs,
        connectTimeoutMs,
        connectionsPerNode,
        inFlightMax,
        inFlightBytesMax,
        us,
        attemptsMax,
        retryShare);
  }

  /** With other bounds on retries; one attempt is none. */
  public FrameLimits withRetries(int attempts, double share) {
    return new FrameLimits(
        timeoutMs,
        connectTimeoutMs,
        connectionsPerNode,
        inFlightMax,
        inFlightBytesMax,
        batchDelayUs,
        attempts,
        share);
  }
}
