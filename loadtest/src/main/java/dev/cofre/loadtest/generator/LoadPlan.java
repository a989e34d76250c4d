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
 * @param gather for how long what is due is gathered at most, to be sent by one write for each
 *     connection; its latency counts from its own intended send all the same. 0: sent at once
 * @param part which of the {@code parts} processes that share the schedule this one is, from 0
 * @param parts how many share it: each takes every so-many-th request, so that together they send
 *     just what one of them would send alone
 */
public record LoadPlan(
    Pacing pacing,
    Duration warmUp,
    Duration duration,
    int connections,
    int threads,
    Duration timeout,
    Duration gather,
    int part,
    int parts) {
  /** A plan whose bounds make sense. */
  public LoadPlan {
    if (connections < threads || threads < 1) {
      throw new IllegalArgumentException("each thread needs a connection");
    }
    if (warmUp.isNegative()
        || !duration.isPositive()
        || !timeout.isPositive()
        || gather.isNegative()) {
      throw new IllegalArgumentException("durations are above 0");
    }
    if (part < 0 || part >= parts) {
      throw new IllegalArgumentException("a part is below the number of parts");
    }
  }

  /** Ten seconds by {@code pacing} after two of warm-up, 64 connections, one thread. */
  public static LoadPlan of(Pacing pacing) {
    return new LoadPlan(
        pacing,
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        64,
        1,
        Duration.ofSeconds(2),
        Duration.ZERO,
        0,
        1);
  }

  /** Requests for each second that this process is to send; 0 when the answers set the rate. */
  public double ratePerSecond() {
    return pacing.ratePerSecond() / parts;
  }

  /** The same with another warm-up and duration. */
  public LoadPlan lasting(Duration newWarmUp, Duration newDuration) {
    return new LoadPlan(
        pacing, newWarmUp, newDuration, connections, threads, timeout, gather, part, parts);
  }

  /** The same over {@code count} connections. */
  public LoadPlan over(int count) {
    return new LoadPlan(pacing, warmUp, duration, count, threads, timeout, gather, part, parts);
  }

  /** The same by {@code count} threads. */
  public LoadPlan by(int count) {
    return new LoadPlan(pacing, warmUp, duration, connections, count, timeout, gather, part, parts);
  }

  /** The same with another timeout. */
  public LoadPlan within(Duration newTimeout) {
    return new LoadPlan(
        pacing, warmUp, duration, connections, threads, newTimeout, gather, part, parts);
  }

  /** The same, what is due gathered for {@code newGather} at most. */
  public LoadPlan gathering(Duration newGather) {
    return new LoadPlan(
        pacing, warmUp, duration, connections, threads, timeout, newGather, part, parts);
  }

  /** The same as one of several processes on the same schedule. */
  public LoadPlan as(int newPart, int newParts) {
    return new LoadPlan(
        pacing, warmUp, duration, connections, threads, timeout, gather, newPart, newParts);
  }

  /** The same by another schedule. */
  public LoadPlan paced(Pacing newPacing) {
    return new LoadPlan(
        newPacing, warmUp, duration, connections, threads, timeout, gather, part, parts);
  }
}
