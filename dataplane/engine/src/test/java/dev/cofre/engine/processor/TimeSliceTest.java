package dev.cofre.engine.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimeSliceTest {
  private static final long SHORTEST_NS = 100_000;

  /** What the kernel says afterwards, on a kernel that can and on one that cannot. */
  @Test
  void theCallingThreadAloneIsChanged() throws InterruptedException {
    long before = TimeSlice.ownNs();
    AtomicLong after = new AtomicLong();
    AtomicLong ofChild = new AtomicLong();
    AtomicLong done = new AtomicLong();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  done.set(TimeSlice.shortenOwn() ? 1 : 0);
                  after.set(TimeSlice.ownNs());
                  join(Thread.ofPlatform().start(() -> ofChild.set(TimeSlice.ownNs())));
                });
    thread.join();
    assertEquals(before, TimeSlice.ownNs());
    assertEquals(before, ofChild.get());
    if (done.get() == 1) {
      assertEquals(SHORTEST_NS, after.get());
      assertNotEquals(SHORTEST_NS, before);
    } else {
      assertEquals(before, after.get());
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
