package dev.cofre.dataplane.server.state;

import dev.cofre.engine.request.Engine;
import dev.cofre.engine.seal.SealFigures;
import dev.cofre.engine.ship.ShipFigures;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

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

  /**
   * What frame connections may hold together: answers that nobody reads, frames that are not whole,
   * requests that wait. Answers lie in direct memory, the rest on the heap.
   */
  private static final long HELD_BYTES_MAX =
      Math.min(Runtime.getRuntime().maxMemory() / 4, PlatformDependent.maxDirectMemory() / 2);

  private final Engine engine;
  private final boolean development;
  private final Optional<String> trustDomain;
  private final Shares bodies = new Shares(Runtime.getRuntime().maxMemory() / BODY_SHARE);
  private final Shares streams;
  private final AtomicInteger open = new AtomicInteger();
  private final Metrics metrics = new Metrics();
  private final FrameFigures frames = new FrameFigures();
  private final Shares held = new Shares(HELD_BYTES_MAX);
  private final LoopLag loopLag = new LoopLag();
  private volatile Future<?> prepared = CompletableFuture.completedFuture(null);
  private volatile Supplier<SealFigures> seals = () -> SealFigures.NONE;
  private volatile Supplier<ShipFigures> ships = () -> ShipFigures.NONE;
  private volatile boolean draining;

  /**
   * The state of a node that is not draining.
   *
   * @param development whether metrics need no token
   */
  public ServerState(Engine engine, int streamsMax, boolean development) {
    this(engine, streamsMax, development, Optional.empty());
  }

  /**
   * The same.
   *
   * @param trustDomain of the SPIFFE ids in client certificates that are accepted
   */
  public ServerState(
      Engine engine, int streamsMax, boolean development, Optional<String> trustDomain) {
    this.trustDomain = trustDomain;
    this.engine = engine;
    this.streams = new Shares(streamsMax);
    this.development = development;
  }

  /** The figures of frame connections. */
  public FrameFigures frames() {
    return frames;
  }

  /**
   * Takes {@code bytes} of the memory that frame connections hold; false when all, or {@code
   * principal}'s half of it, is taken.
   */
  public boolean takeHeld(String principal, long bytes) {
    return held.take(principal, bytes);
  }

  /** Gives back what {@link #takeHeld} took. */
  public void releaseHeld(String principal, long bytes) {
    held.release(principal, bytes);
  }

  /** How many bytes frame connections hold. */
  public long heldBytes() {
    return held.taken();
  }

  /** Has {@code figures} tell how the audit log is sealed. */
  public void seals(Supplier<SealFigures> figures) {
    seals = figures;
  }

  /** How the audit log is sealed. */
  public SealFigures seals() {
    return seals.get();
  }

  /** Has {@code figures} tell how the audit log is shipped. */
  public void ships(Supplier<ShipFigures> figures) {
    ships = figures;
  }

  /** How the audit log is shipped. */
  public ShipFigures ships() {
    return ships.get();
  }

  /** The engine. */
  public Engine engine() {
    return engine;
  }

  /** The node's figures. */
  public Metrics metrics() {
    return metrics;
  }

  /** The trust domain of the SPIFFE ids in client certificates that are accepted. */
  public Optional<String> trustDomain() {
    return trustDomain;
  }

  /** How late the event loops are. */
  public LoopLag loopLag() {
    return loopLag;
  }

  /** Whether metrics need no token. */
  public boolean isDevelopment() {
    return development;
  }

  /** Has the node say that it is not ready before {@code preparation} is done, well or not. */
  public void readyAfter(Future<?> preparation) {
    prepared = preparation;
  }

  /** Whether all is done that comes before it is ready. */
  public boolean isPrepared() {
    return prepared.isDone();
  }

  /** Why the node is not ready, in words; null when it is. */
  public String unreadiness() {
    return isDraining()
        ? "draining"
        : engine.snapshots().last().revision() == 0
            ? "starting: no snapshot from the control plane yet"
            : !isPrepared()
                ? "starting: warming up"
                : engine.snapshots().isStale()
                    ? "policy_stale"
                    : !engine.canAudit() ? "audit_unavailable" : null;
  }

  /** Whether the node stops: nothing new is taken. */
  public boolean isDraining() {
    return draining;
  }

  /**
   * Takes {@code bytes} of the memory for bodies; false when all, or {@code principal}'s half of
   * it, is taken.
   */
  public boolean takeBody(String principal, int bytes) {
    return bodies.take(principal, bytes);
  }

  /** Gives back what {@link #takeBody} took. */
  public void releaseBody(String principal, int bytes) {
    bodies.release(principal, bytes);
  }

  /**
   * Takes one of the places for long bodies; false when all, or {@code principal}'s half of them,
   * are taken.
   */
  public boolean takeStream(String principal) {
    return streams.take(principal, 1);
  }

  /** Gives back what {@link #takeStream} took. */
  public void releaseStream(String principal) {
    streams.release(principal, 1);
  }

  /** Counts a request that is not answered yet; {@link #requestClosed} once it is. */
  public void requestOpened() {
    open.incrementAndGet();
  }

  /** Ends what {@link #requestOpened} began. */
  public void requestClosed() {
    open.decrementAndGet();
  }

  /** How many requests are not answered yet. */
  public int openRequests() {
    return open.get();
  }

  /** Whether the node serves nobody and takes nothing new. */
  public boolean isQuiet() {
    return draining && open.get() == 0 && frames.connections() == 0;
  }

  /**
   * Refuses new requests and waits until the open ones have ended and the frame connections are
   * closed, at most {@code limit}. Blocks its caller.
   */
  public void drain(Duration limit) {
    draining = true;
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while ((open.get() > 0 || frames.connections() > 0) && System.nanoTime() < deadlineNs) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(DRAIN_POLL_MS));
    }
  }
}
