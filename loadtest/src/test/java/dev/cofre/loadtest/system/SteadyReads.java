package dev.cofre.loadtest.system;

import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads one path at a steady rate, whatever the answers take: each read has its time, and its
 * latency counts from that. Thread-safe.
 */
final class SteadyReads implements AutoCloseable {
  private final List<Api> planes;
  private final String path;
  private final long periodNs;
  private final Queue<Long> latenciesNs = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread clock = Thread.ofPlatform().name("reads").unstarted(this::run);
  private volatile boolean ended;

  /** Asks {@code planes} in turn, from now on. */
  SteadyReads(List<Api> planes, String path, int perSecond) {
    this.planes = planes;
    this.path = path;
    this.periodNs = 1_000_000_000L / perSecond;
    clock.start();
  }

  private void run() {
    long beganNs = System.nanoTime();
    for (int i = 0; !ended; i++) {
      long dueNs = beganNs + i * periodNs;
      LockSupport.parkNanos(dueNs - System.nanoTime());
      Api plane = planes.get(i % planes.size());
      readers.execute(() -> read(plane, dueNs));
    }
  }

  private void read(Api plane, long dueNs) {
    try {
      Answer answer = plane.get(path);
      if (answer.status() != 200) {
        failures.add(answer.toString());
      }
    } catch (Exception e) {
      failures.add(e.toString());
    }
    latenciesNs.add(System.nanoTime() - dueNs);
  }

  /** What the reads since the last call took, sorted, in nanoseconds. */
  long[] taken() {
    long[] taken = new long[latenciesNs.size()];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = latenciesNs.remove();
    }
    Arrays.sort(taken);
    return taken;
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Waits for the last answers. */
  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(clock);
    try {
      clock.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    readers.close();
  }
}
