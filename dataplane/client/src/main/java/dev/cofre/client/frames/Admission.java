package dev.cofre.client.frames;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The bound on the calls that are open, and on what they hold. Thread-safe. */
final class Admission {
  private final int callsMax;
  private final long bytesMax;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  Admission(int callsMax, long bytesMax) {
    this.callsMax = callsMax;
    this.bytesMax = bytesMax;
  }

  /** Takes a place and {@code size} bytes; false when there are none left. */
  boolean enter(long size) {
    if (calls.incrementAndGet() > callsMax) {
      calls.decrementAndGet();
      return false;
    }
    if (bytes.addAndGet(size) > bytesMax) {
      leave(size);
      return false;
    }
    return true;
  }

  void leave(long size) {
    bytes.addAndGet(-size);
    calls.decrementAndGet();
  }

  int calls() {
    return calls.get();
  }
}
