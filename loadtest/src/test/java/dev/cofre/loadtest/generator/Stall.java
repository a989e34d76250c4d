package dev.cofre.loadtest.generator;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A second, once, in which a server answers nothing. Thread-safe. */
public final class Stall {
  /** How long it is. */
  public static final long LENGTH_NS = TimeUnit.SECONDS.toNanos(1);

  private final long afterRequests;
  private volatile long endsAtNs;

  /** Begins with request number {@code afterRequests}. */
  public Stall(long afterRequests) {
    this.afterRequests = afterRequests;
  }

  /** Returns at once, but in the stall. */
  public void pass(long number) {
    if (number == afterRequests) {
      endsAtNs = System.nanoTime() + LENGTH_NS;
    }
    while (number >= afterRequests && endsAtNs - System.nanoTime() > 0) {
      LockSupport.parkNanos(endsAtNs - System.nanoTime());
    }
  }
}
