package dev.cofre.controlplane.server.snapshot;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.store.SnapshotHead;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Requests of nodes that have everything and wait for a change. Thread-safe; never blocks.
 *
 * <p>Concurrency: registering and waking exclude each other, and a request that comes with less
 * than what was committed is woken at once, so that no change slips between.
 */
public final class HeldRequests {
  private final int requestsMax;
  private final Set<Held> held = new HashSet<>();
  private SnapshotHead latest = new SnapshotHead(0, 0, new byte[0]);
  private boolean closed;

  /** Holds at most {@code requestsMax} requests. */
  public HeldRequests(int requestsMax) {
    this.requestsMax = requestsMax;
  }

  /** A request that is held until it is woken, once. */
  public static final class Held {
    private final Runnable wake;

    private Held(Runnable wake) {
      this.wake = wake;
    }
  }

  /**
   * Holds a request for what comes after {@code revision} of {@code epoch}.
   *
   * @param wake called once, by {@link #wake} or at a change, on any thread
   * @throws ProblemException {@code overloaded} when too many are held
   */
  public Held hold(long epoch, long revision, Runnable wake) {
    Held request = new Held(wake);
    synchronized (this) {
      boolean current = latest.epoch() < epoch || latest.revision() <= revision;
      if (current && !closed) {
        if (held.size() >= requestsMax) {
          throw new ProblemException(
              ErrorCode.OVERLOADED, "too many nodes wait for a change here; try again later");
        }
        held.add(request);
        return request;
      }
    }
    wake.run();
    return request;
  }

  /** Wakes {@code request} unless it was woken. */
  public void wake(Held request) {
    if (forget(request)) {
      request.wake.run();
    }
  }

  /** Forgets {@code request}, whose node is gone; false when it was woken or forgotten before. */
  public synchronized boolean forget(Held request) {
    return held.remove(request);
  }

  /** Wakes everybody: {@code head} was committed. */
  public void committed(SnapshotHead head) {
    List<Held> woken;
    synchronized (this) {
      if (latest.epoch() == head.epoch() && latest.revision() >= head.revision()) {
        return;
      }
      latest = head;
      woken = takeAll();
    }
    woken.forEach(request -> request.wake.run());
  }

  /** Wakes everybody and holds nobody any more. */
  public void close() {
    List<Held> woken;
    synchronized (this) {
      closed = true;
      woken = takeAll();
    }
    woken.forEach(request -> request.wake.run());
  }

  /** How many are held. */
  public synchronized int size() {
    return held.size();
  }

  private List<Held> takeAll() {
    List<Held> all = new ArrayList<>(held);
    held.clear();
    return all;
  }
}
