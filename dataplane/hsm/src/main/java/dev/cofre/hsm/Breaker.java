package dev.cofre.hsm;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Cuts the HSM off while it fails, and looks for its return.
 *
 * <p>Every failure wakes a probe, a thread of its own: it opens a wrap that the token is known to
 * open (a canary), and when that fails it has the HSM healed. While the canary fails, or after
 * {@value #FAILURES_MAX} failures in a row until it sings again, no call is let through. An idle
 * node notices as well: the canary sings once a second when nothing else was answered.
 *
 * <p>A missing KEK counts as a failure of the token as long as no other canary sings: a token that
 * has lost its storage reports no other error. Right after a healing it is believed to be missing,
 * for otherwise one destroyed key would cut off all others.
 *
 * <p>Thread-safe; only the probe blocks.
 */
final class Breaker {
  private static final System.Logger LOG = System.getLogger(Breaker.class.getName());
  private static final int FAILURES_MAX = 3;
  private static final int CANARIES_MAX = 4;
  private static final long RETRY_MS = 200;
  private static final long IDLE_MS = 1_000;

  /** With no canary yet a healing is all that can be tried, at most once in this time. */
  private static final long BLIND_HEALING_NS = 5_000_000_000L;

  /** One key that is missing makes no flood of lines. */
  private static final long QUIET_NS = 10_000_000_000L;

  private final Hsm hsm;
  private final Map<String, Wrap> canaries = new ConcurrentHashMap<>();
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private final AtomicLong openings = new AtomicLong();
  private final Semaphore suspicion = new Semaphore(0);
  private final Thread probe;
  private volatile boolean open;
  private volatile boolean failing;
  private volatile boolean closed;
  private volatile long lastAnswerNs = System.nanoTime();
  private volatile long lastLoggedNs = System.nanoTime() - QUIET_NS;
  private long lastHealingNs = System.nanoTime() - BLIND_HEALING_NS;

  Breaker(Hsm hsm) {
    this.hsm = hsm;
    this.probe = Thread.ofPlatform().daemon().name("hsm-probe").start(this::watch);
  }

  boolean isOpen() {
    return open;
  }

  /** Whether the last call was answered and calls are let through. */
  boolean isHealthy() {
    return !open && !failing;
  }

  long openings() {
    return openings.get();
  }

  /** Whether the token has answered nothing since {@code ns}. */
  boolean isSilentSince(long ns) {
    return lastAnswerNs - ns < 0;
  }

  /** The token answered, and {@code proof}, unless null, is a wrap that it opens. */
  void answered(Wrap proof) {
    lastAnswerNs = System.nanoTime();
    if (failuresInARow.get() != 0) {
      failuresInARow.set(0);
    }
    if (failing && !open) {
      failing = false;
    }
    if (proof != null
        && (canaries.size() < CANARIES_MAX || canaries.containsKey(proof.kekLabel()))) {
      canaries.put(proof.kekLabel(), proof);
    }
  }

  /** The token failed. */
  void failed(Throwable why) {
    long now = System.nanoTime();
    if (!failing && now - lastLoggedNs > QUIET_NS) {
      lastLoggedNs = now;
      LOG.log(Level.ERROR, "the HSM fails", why);
    }
    failing = true;
    if (!(why instanceof KekMissingException) && failuresInARow.incrementAndGet() >= FAILURES_MAX) {
      open();
    }
    if (suspicion.availablePermits() == 0) {
      suspicion.release();
    }
  }

  private void open() {
    if (!open && !closed) {
      open = true;
      openings.incrementAndGet();
      LOG.log(Level.WARNING, "calls to the HSM are cut off until it answers");
    }
  }

  private void reclose() {
    failuresInARow.set(0);
    failing = false;
    if (open) {
      open = false;
      LOG.log(Level.INFO, "the HSM answers again; calls are let through");
    }
  }

  private void watch() {
    try {
      while (!closed) {
        boolean suspected = suspicion.tryAcquire(IDLE_MS, TimeUnit.MILLISECONDS);
        suspicion.drainPermits();
        boolean idle = System.nanoTime() - lastAnswerNs > IDLE_MS * 1_000_000;
        if (suspected || open || (idle && !canaries.isEmpty())) {
          probeUntilItAnswers();
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "the probe ends");
    }
  }

  private void probeUntilItAnswers() throws InterruptedException {
    while (!closed && !works()) {
      open();
      Thread.sleep(RETRY_MS);
    }
    if (!closed) {
      reclose();
    }
  }

  /** Whether the token works, if need be after a healing. */
  private boolean works() {
    try {
      if (canaries.isEmpty()) {
        return healBlindly();
      }
      if (sings()) {
        return true;
      }
      hsm.heal();
      return sings() || isEmptyButAlive();
    } catch (RuntimeException | Error e) {
      // An error as well: without the probe nothing would ever be let through again.
      failing = true;
      LOG.log(Level.DEBUG, "the HSM cannot be healed yet", e);
      return false;
    }
  }

  /** Nothing is known that must open, so nothing but a failing healing speaks against the token. */
  private boolean healBlindly() {
    long now = System.nanoTime();
    if (open || now - lastHealingNs > BLIND_HEALING_NS) {
      lastHealingNs = now;
      hsm.heal();
    }
    return true;
  }

  private boolean sings() {
    for (Wrap canary : canaries.values()) {
      try {
        hsm.unwrap(canary.kekLabel(), canary.iv(), canary.aad(), canary.wrapped()).close();
        lastAnswerNs = System.nanoTime();
        return true;
      } catch (HsmException e) {
        failing = true;
        LOG.log(Level.DEBUG, "the canary under " + canary.kekLabel() + " is silent", e);
      } finally {
        DeadStack.wipe();
      }
    }
    return false;
  }

  /** After a healing: a KEK that is still missing was destroyed, or the token is an old copy. */
  private boolean isEmptyButAlive() {
    canaries.keySet().removeIf(label -> !hsm.hasKek(label));
    return canaries.isEmpty();
  }

  /** Whether the probe still runs. */
  boolean isProbing() {
    return probe.isAlive();
  }

  /** Ends the probe, unless it is stuck in the device. */
  void stop() throws InterruptedException {
    closed = true;
    probe.interrupt();
    probe.join(IDLE_MS);
  }
}
