package dev.cofre.engine.snapshot;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The state in force and how old it is by the monotonic clock.
 *
 * <p>Thread-safe: one follower writes, everybody reads.
 */
public final class SnapshotHolder {
  /**
   * One for all: compiled code that has met a single clock stays good when another holder is asked.
   */
  private static final LongSupplier MONOTONIC = System::nanoTime;

  private final long ageMaxNs;
  private final LongSupplier nanoClock;
  private final List<Consumer<SnapshotState>> listeners = new CopyOnWriteArrayList<>();
  private volatile Held held;

  private record Held(SnapshotState state, long provenNs) {}

  /**
   * Holds nothing yet, by the JVM's monotonic clock.
   *
   * @param ageMaxMs after how long without a fresh statement everything is refused
   */
  public SnapshotHolder(long ageMaxMs) {
    this(ageMaxMs, MONOTONIC);
  }

  /**
   * Holds nothing yet.
   *
   * @param ageMaxMs after how long without a fresh statement everything is refused
   * @param nanoClock the monotonic clock
   */
  public SnapshotHolder(long ageMaxMs, LongSupplier nanoClock) {
    this.ageMaxNs = ageMaxMs * 1_000_000;
    this.nanoClock = nanoClock;
    this.held = new Held(SnapshotState.NONE, nanoClock.getAsLong() - ageMaxNs - 1);
  }

  /** Calls {@code listener} after each change, on the follower's thread. */
  public void onChange(Consumer<SnapshotState> listener) {
    listeners.add(listener);
  }

  /**
   * Follows {@code statement}, which was verified and is fresh as of {@code askedNs}.
   *
   * @throws SnapshotRejectedException when it must not be followed
   */
  public void accept(Statement statement, long askedNs) throws SnapshotRejectedException {
    publish(held.state.apply(statement), askedNs);
  }

  /**
   * Puts {@code next}, which was made from {@link #last()}, in force.
   *
   * @param askedNs when the node's request with the statement's nonce left, by the monotonic clock,
   *     less the statement's own age; it makes no state older than it was proven before
   */
  public synchronized void publish(SnapshotState next, long askedNs) {
    SnapshotState before = held.state;
    boolean older = before != SnapshotState.NONE && askedNs - held.provenNs < 0;
    held = new Held(next, older ? held.provenNs : askedNs);
    if (next != before) {
      listeners.forEach(listener -> listener.accept(next));
    }
  }

  /**
   * Puts {@code next}, which was made from {@link #last()}, in force, and makes nothing younger.
   */
  public synchronized void publish(SnapshotState next) {
    publish(next, held.provenNs);
  }

  /** The last state, however old. */
  public SnapshotState last() {
    return held.state;
  }

  /**
   * The state in force.
   *
   * @throws ProblemException {@code policy_stale} when it is older than its limit, or there is none
   */
  public SnapshotState current() {
    Held now = held;
    if (isStale(now)) {
      throw new ProblemException(
          ErrorCode.POLICY_STALE,
          "this node's policy is older than its limit, so it refuses; it goes on by itself once the control plane answers");
    }
    return now.state;
  }

  /** Whether {@link #current()} refuses. */
  public boolean isStale() {
    return isStale(held);
  }

  /** After how long without a fresh statement {@link #current()} refuses. */
  public long ageMaxMs() {
    return ageMaxNs / 1_000_000;
  }

  /** Milliseconds since the state was last proven fresh. */
  public long ageMs() {
    return (nanoClock.getAsLong() - held.provenNs) / 1_000_000;
  }

  private boolean isStale(Held now) {
    return now.state == SnapshotState.NONE || nanoClock.getAsLong() - now.provenNs > ageMaxNs;
  }
}
