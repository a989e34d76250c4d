package dev.cofre.hsm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One HSM thread: takes a batch, asks the device, answers.
 *
 * <p>A batch is as long as about {@value #BATCH_NS} ns of work, and at most {@value #BATCH_MAX}
 * calls: a fast token answers many calls by one wake-up of their event loop, a slow one each at
 * once. It is sorted by KEK, so that what the token keeps of one is used again.
 */
final class HsmWorker {
  private static final int BATCH_MAX = 32;
  private static final long BATCH_NS = 1_500_000;
  private static final long WIPE_NS = 500_000_000;
  private static final Comparator<HsmCall<?>> BY_KEK = Comparator.comparing(call -> call.kekLabel);

  private final HsmGateway gateway;
  private final Thread thread;
  private final Deliveries deliveries = new Deliveries();
  private final List<HsmCall<?>> batch = new ArrayList<>(BATCH_MAX);
  private long meanCallNs = BATCH_NS;

  /** Data keys went over its stack since that was wiped. */
  private boolean used;

  private long wipedNs = System.nanoTime();

  /** When the call that runs began; 0: none runs. */
  private volatile long startedNs;

  HsmWorker(HsmGateway gateway, int number) {
    this.gateway = gateway;
    this.thread = Thread.ofPlatform().daemon().name("hsm-" + number).unstarted(this::serve);
    thread.start();
  }

  private void serve() {
    try {
      while (!gateway.isClosed()) {
        gateway.awaitWork();
        boolean more = true;
        while (more && !gateway.isClosed()) {
          more = serveBatch();
          wipeStack(!more);
        }
      }
    } catch (InterruptedException e) {
      // Only close() interrupts, and only a thread that waits for work notices.
      deliveries.flush();
    }
  }

  /** Before it waits, and now and then while it does not. */
  private void wipeStack(boolean idle) {
    long now = System.nanoTime();
    if (used && (idle || now - wipedNs > WIPE_NS)) {
      DeadStack.wipe();
      wipedNs = now;
      used = false;
    }
  }

  private boolean serveBatch() {
    int max = Math.clamp(BATCH_NS / Math.max(1, meanCallNs), 1, BATCH_MAX);
    boolean suspect = gateway.queue().take(max, batch);
    if (batch.isEmpty()) {
      return false;
    }
    used = true;
    gateway.shareWork();
    gateway.counters().batches.increment();
    gateway.counters().batched.add(batch.size());
    batch.sort(BY_KEK);
    long beganNs = System.nanoTime();
    batch.forEach(this::serve);
    batch.clear();
    if (suspect) {
      gateway.queue().suspectDone(System.nanoTime() - beganNs);
    }
    deliveries.flush();
    return true;
  }

  private <T> void serve(HsmCall<T> call) {
    if (!call.begin()) {
      return;
    }
    if (gateway.breaker().isOpen()) {
      gateway.counters().failures.increment();
      fail(call, HsmGateway.unavailable());
      return;
    }
    startedNs = System.nanoTime();
    try {
      T result = call.ask(gateway.hsm());
      answered(call);
      call.lane.answered();
      gateway.breaker().answered(call.proof(result));
      if (call.succeed(result)) {
        settled(call);
      }
    } catch (WrapRejectedException e) {
      answered(call);
      gateway.breaker().answered(null);
      gateway.rejected(call);
      fail(call, HsmGateway.invalid());
    } catch (RuntimeException | Error e) {
      // An error as well: the caller is told, and the thread goes on for the others.
      gateway.counters().failures.increment();
      gateway.breaker().failed(e);
      fail(call, HsmGateway.unavailable());
    } finally {
      startedNs = 0;
    }
  }

  private void answered(HsmCall<?> call) {
    long now = System.nanoTime();
    long took = now - startedNs;
    meanCallNs += (took - meanCallNs) / 8;
    gateway.counters().answered(took, now - call.submittedNs);
  }

  private void fail(HsmCall<?> call, Throwable why) {
    if (call.fail(why)) {
      settled(call);
    }
  }

  private void settled(HsmCall<?> call) {
    gateway.settled(call);
    deliveries.add(call);
  }

  /** What this thread has settled shall not wait for a call that hangs. */
  void flushWhenStuck(long nowNs, long limitNs) {
    long started = startedNs;
    if (started != 0 && nowNs - started > limitNs) {
      deliveries.flush();
    }
  }

  /** Wakes it from waiting for work; the gateway is closed. */
  void stop() {
    thread.interrupt();
  }

  /** Whether it ended within {@code limitMs}. */
  boolean awaitEnd(long limitMs) throws InterruptedException {
    thread.join(Math.max(1, limitMs));
    return !thread.isAlive();
  }
}
