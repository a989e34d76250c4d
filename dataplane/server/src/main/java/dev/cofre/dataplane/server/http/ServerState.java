package dev.cofre.dataplane.server.http;

import dev.cofre.engine.request.Engine;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What all listeners of a node share: the engine, the bounds on memory, the figures, whether the
 * node drains. Thread-safe.
 */
public final class ServerState {
  /**
   * The share of the heap that JSON bodies may take; decoded and encoded copies take several times
   * as much.
   */
  private static final int BODY_SHARE = 8;

  private static final long DRAIN_POLL_MS = 10;

  private final Engine engine;
  private final boolean development;
  private final int streamsMax;
  private final long bodyBytesMax = Runtime.getRuntime().maxMemory() / BODY_SHARE;
  private final AtomicLong bodyBytes = new AtomicLong();
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final Metrics metrics = new Metrics();
  private volatile boolean draining;

  /**
   * The state of a node that is not draining.
   *
   * @param development whether metrics need no token
   */
  public ServerState(Engine engine, int streamsMax, boolean development) {
    this.engine = engine;
    this.streamsMax = streamsMax;
    this.development = development;
  }

  Engine engine() {
    return engine;
  }

  Metrics metrics() {
    return metrics;
  }

  boolean isDevelopment() {
    return development;
  }

  boolean isDraining() {
    return draining;
  }

  /** Takes {@code bytes} of the memory for bodies; false when there is not so much left. */
  boolean takeBody(int bytes) {
    if (bodyBytes.addAndGet(bytes) <= bodyBytesMax) {
      return true;
    }
    bodyBytes.addAndGet(-bytes);
    return false;
  }

  /** Gives back what {@link #takeBody} took. */
  void releaseBody(int bytes) {
    bodyBytes.addAndGet(-bytes);
  }

  /** Takes one of the places for long bodies; false when all are taken. */
  boolean takeStream() {
    if (streams.incrementAndGet() <= streamsMax) {
      return true;
    }
    streams.decrementAndGet();
    return false;
  }

  /** Gives back what {@link #takeStream} took. */
  void releaseStream() {
    streams.decrementAndGet();
  }

  void requestOpened() {
    open.incrementAndGet();
  }

  void requestClosed() {
    open.decrementAndGet();
  }

  int openRequests() {
    return open.get();
  }

  /**
   * Refuses new requests and waits until the open ones have ended, at most {@code limit}. Blocks
   * its caller.
   */
  public void drain(Duration limit) {
    draining = true;
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (open.get() > 0 && System.nanoTime() < deadlineNs) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(DRAIN_POLL_MS));
    }
  }
}
