package dev.cofre.loadtest.generator;

import java.time.Duration;

/**
 * How a target is loaded. Immutable.
 *
 * @param pacing when requests are sent
 * @param warmUp how long requests are sent before any is recorded
 * @param duration how long recorded requests are sent
 * @param connections how many are kept open; with the protocol's limit for each, the bound on
 *     requests in flight
 * @param threads how many threads share connections and schedule
 * @param timeout how long a request waits for a connection, and once it is sent for its answer. The
 *     second counts from the real send: a request that was sent late is not given up at once, which
 *     would cost the target a connection and make it slower still
 */
public record LoadPlan(
    Pacing pacing,
    Duration warmUp,
    Duration duration,
    int connections,
    int threads,
    Duration timeout) {
  /** A plan whose bounds make sense. */
  public LoadPlan {
    if (connections < threads || threads < 1) {
      throw new IllegalArgumentException("each thread needs a connection");
    }
    if (warmUp.isNegative() || !duration.isPositive() || !timeout.isPositive()) {
      throw new IllegalArgumentException("durations are above 0");
    }
  }

  /** Ten seconds by {@code pacing} after two of warm-up, 64 connections, one thread. */
  public static LoadPlan of(Pacing pacing) {
    return new LoadPlan(
        pacing, Duration.ofSeconds(2), Duration.ofSeconds(10), 64, 1, Duration.ofSeconds(2));
  }

  /** The same with another warm-up and duration. */
  public LoadPlan lasting(Duration newWarmUp, Duration newDuration) {
    return new LoadPlan(pacing, newWarmUp, newDuration, connections, threads, timeout);
  }

  /** The same over {@code count} connections. */
  public LoadPlan over(int count) {
    return new LoadPlan(pacing, warmUp, duration, count, threads, timeout);
  }

  /** The same by {@code count} threads. */
  public LoadPlan by(int count) {
    return new LoadPlan(pacing, warmUp, duration, connections, count, timeout);
  }

  /** The same with another timeout. */
  public LoadPlan within(Duration newTimeout) {
    return new LoadPlan(pacing, warmUp, duration, connections, threads, newTimeout);
  }
}
