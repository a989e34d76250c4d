package dev.cofre.hsm;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Settled calls on their way back: those of one executor are delivered by one task, so that a batch
 * wakes each event loop once.
 *
 * <p>Thread-safe: when the thread that fills it is stuck in the device, another one flushes it.
 */
final class Deliveries {
  private final Queue<HsmCall<?>> settled = new ConcurrentLinkedQueue<>();

  void add(HsmCall<?> call) {
    settled.add(call);
  }

  /** Delivers all. */
  void flush() {
    HsmCall<?> call = settled.poll();
    if (call == null) {
      return;
    }
    IdentityHashMap<Executor, List<HsmCall<?>>> byExecutor = new IdentityHashMap<>(4);
    while (call != null) {
      byExecutor.computeIfAbsent(call.executor, absent -> new ArrayList<>()).add(call);
      call = settled.poll();
    }
    byExecutor.values().forEach(Deliveries::deliver);
  }

  private static void deliver(List<HsmCall<?>> calls) {
    try {
      calls.getFirst().executor.execute(() -> calls.forEach(HsmCall::deliver));
    } catch (RejectedExecutionException e) {
      // The loop is closed; whoever still listens is told from here.
      calls.forEach(HsmCall::deliver);
    }
  }
}
