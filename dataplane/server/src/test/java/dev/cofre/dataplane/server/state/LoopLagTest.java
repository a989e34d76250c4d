package dev.cofre.dataplane.server.state;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class LoopLagTest {
  private static final long STALL_NS = TimeUnit.MILLISECONDS.toNanos(300);

  @Test
  void aStallIsSeenByEachTimerThatWasDueInIt() throws Exception {
    LoopLag lag = new LoopLag();
    CompletableFuture<Void> over = new CompletableFuture<>();
    Vertx vertx = Vertx.vertx();
    try {
      vertx.runOnContext(
          start -> {
            lag.watch(vertx);
            long end = System.nanoTime() + STALL_NS;
            while (System.nanoTime() < end) {
              LockSupport.parkNanos(end - System.nanoTime());
            }
            vertx.setTimer(50, timer -> over.complete(null));
          });
      over.get(30, TimeUnit.SECONDS);
    } finally {
      vertx.close().await();
    }
    StringBuilder text = new StringBuilder();
    lag.write(text);
    long above = count(text, "_count") - count(text, "_bucket{le=\"131072\"}");
    assertTrue(above >= 12, () -> above + " of the timers were late by more than 131 ms\n" + text);
    assertTrue(count(text, "_sum") > 300_000, text::toString);
  }

  private static long count(CharSequence text, String suffix) {
    return text.toString()
        .lines()
        .filter(line -> line.startsWith("cofre_event_loop_lag_us" + suffix + " "))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }
}
