package dev.cofre.dataplane.server.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallTimesTest {
  private static final int CALLS = 100_000;

  private final CallTimes times = new CallTimes();

  private String text() {
    StringBuilder text = new StringBuilder();
    times.write(text);
    return text.toString();
  }

  @Test
  void eachTimeIsInTheFirstBucketWhoseBoundItDoesNotExceed() {
    for (long us = 0; us < 3 << 20; us += 1 + us / 300) {
      int bucket = CallTimes.bucket(us);
      assertTrue(us <= CallTimes.boundUs(bucket), us + " in " + bucket);
      assertTrue(bucket == 0 || us > CallTimes.boundUs(bucket - 1), us + " in " + bucket);
    }
    for (int bucket = 0; bucket < 38; bucket++) {
      assertEquals(bucket, CallTimes.bucket(CallTimes.boundUs(bucket)));
      assertEquals(bucket + 1, CallTimes.bucket(CallTimes.boundUs(bucket) + 1));
    }
    assertEquals(39, CallTimes.bucket(Long.MAX_VALUE / 2_000));
  }

  @Test
  void bucketsAddUp() {
    times.record("encrypt", TimeUnit.MICROSECONDS.toNanos(16));
    times.record("encrypt", TimeUnit.MICROSECONDS.toNanos(100));
    times.record("encrypt", TimeUnit.SECONDS.toNanos(60));
    times.record("decrypt", -5);
    String text = text();
    assertTrue(text.contains("# TYPE cofre_call_us histogram\n"), text);
    assertTrue(text.contains("cofre_call_us_bucket{action=\"decrypt\",le=\"16\"} 1\n"), text);
    assertTrue(text.contains("cofre_call_us_bucket{action=\"encrypt\",le=\"16\"} 1\n"), text);
    assertTrue(text.contains("cofre_call_us_bucket{action=\"encrypt\",le=\"96\"} 1\n"), text);
    assertTrue(text.contains("cofre_call_us_bucket{action=\"encrypt\",le=\"128\"} 2\n"), text);
    assertTrue(text.contains("cofre_call_us_bucket{action=\"encrypt\",le=\"8388608\"} 2\n"), text);
    assertTrue(text.contains("cofre_call_us_bucket{action=\"encrypt\",le=\"+Inf\"} 3\n"), text);
    assertTrue(text.contains("cofre_call_us_sum{action=\"encrypt\"} 60000116\n"), text);
    assertTrue(text.contains("cofre_call_us_count{action=\"encrypt\"} 3\n"), text);
  }

  @Test
  void recordingMakesNoGarbage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    record();
    long before = threads.getCurrentThreadAllocatedBytes();
    record();
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes < CALLS, bytes + " bytes for " + CALLS + " calls");
  }

  private void record() {
    for (int i = 0; i < CALLS; i++) {
      times.record("encrypt", i * 1_000L);
    }
  }
}
