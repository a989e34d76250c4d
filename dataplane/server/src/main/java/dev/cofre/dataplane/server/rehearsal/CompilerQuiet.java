package dev.cofre.dataplane.server.rehearsal;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Whether the JVM's compilers are done with what a rehearsal gave them. */
final class CompilerQuiet {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** So many looks without a compilation, and they are quiet. */
  private static final int LOOKS = 3;

  private CompilerQuiet() {}

  /** Waits until they are quiet, at most for {@code limit}. */
  static void await(Duration limit) {
    CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
    if (compilation == null || !compilation.isCompilationTimeMonitoringSupported()) {
      return;
    }
    long endNs = System.nanoTime() + limit.toNanos();
    long lastMs = -1;
    for (int quiet = 0; quiet < LOOKS && System.nanoTime() - endNs < 0; ) {
      long nowMs = compilation.getTotalCompilationTime();
      quiet = nowMs == lastMs ? quiet + 1 : 0;
      lastMs = nowMs;
      LockSupport.parkNanos(LOOK_NS);
    }
  }
}
