package dev.cofre.dataplane.server.state;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/** What is counted of frame connections. Thread-safe. */
public final class FrameFigures {
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder runs = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final Map<String, LongAdder> cuts = new ConcurrentSkipListMap<>();

  /** Counts a connection, unless there are {@code max} already. */
  public boolean open(int max) {
    if (connections.incrementAndGet() > max) {
      connections.decrementAndGet();
      refused.increment();
      return false;
    }
    return true;
  }

  /** Counts a connection's end. */
  public void closed() {
    connections.decrementAndGet();
  }

  /** Counts requests that were executed together. */
  public void ran(int count) {
    runs.increment();
    requests.add(count);
  }

  /** Counts requests that had waited too long. */
  public void shed(int count) {
    shed.add(count);
  }

  /** Counts a connection that was cut. */
  public void cut(String reason) {
    cuts.computeIfAbsent(reason, absent -> new LongAdder()).increment();
  }

  /** How many connections are open. */
  public int connections() {
    return connections.get();
  }

  long runs() {
    return runs.sum();
  }

  long requests() {
    return requests.sum();
  }

  long refused() {
    return refused.sum();
  }

  long shed() {
    return shed.sum();
  }

  void cuts(ObjLongConsumer<String> each) {
    cuts.forEach((reason, count) -> each.accept(reason, count.sum()));
  }
}
