package dev.cofre.dataplane.server.http;

import dev.cofre.engine.request.Engine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
  private final Shares bodies = new Shares(Runtime.getRuntime().maxMemory() / BODY_SHARE);
  private final Shares streams;
  private final AtomicInteger open = new AtomicInteger();
  private final Metrics metrics = new Metrics();
  private final LoopLag loopLag = new LoopLag();
  private volatile Future<?> prepared = CompletableFuture.completedFuture(null);
  private volatile boolean draining;

  /**
   * The state of a node that is not draining.
   *
   * @param development whether metrics need no token
   */
  public ServerState(Engine engine, int streamsMax, boolean development) {
    this.engine = engine;
    this.streams = new Shares(streamsMax);
    this.development = development;
  }

  Engine engine() {
    return engine;
  }

  Metrics metrics() {
    return metrics;
  }

  LoopLag loopLag() {
    return loopLag;
  }

  boolean isDevelopment() {
    return development;
  }

  /** Has the node say that it is not ready before {@code preparation} is done, well or not. */
  public void readyAfter(Future<?> preparation) {
    prepared = preparation;
  }

  boolean isPrepared() {
    return prepared.isDone();
  }

  boolean isDraining() {
    return draining;
  }

  /**
   * Takes {@code bytes} of the memory for bodies; false when all, or {@code principal}'s half of
   * it, is taken.
   */
  boolean takeBody(String principal, int bytes) {
    return bodies.take(principal, bytes);
  }

  /** Gives back what {@link #takeBody} took. */
  void releaseBody(String principal, int bytes) {
    bodies.release(principal, bytes);
  }

  /**
   * Takes one of the places for long bodies; false when all, or {@code principal}'s half of them,
   * are taken.
   */
  boolean takeStream(String principal) {
    return streams.take(principal, 1);
  }

  /** Gives back what {@link #takeStream} took. */
  void releaseStream(String principal) {
    streams.release(principal, 1);
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
