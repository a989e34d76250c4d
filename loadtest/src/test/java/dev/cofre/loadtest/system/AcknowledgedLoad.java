package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several writers at one data plane, until it is gone or they are stopped: what was acknowledged to
 * them is remembered.
 */
final class AcknowledgedLoad {
  private static final byte[] PLAINTEXT = "acknowledged".getBytes(UTF_8);

  private final Api api;
  private final int writers;
  private final Queue<String> requestIds = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile byte[] envelope;
  private volatile boolean stopping;

  AcknowledgedLoad(Api api, int writers) {
    this.api = api;
    this.writers = writers;
  }

  /** Begins, or goes on. */
  void start() {
    stopping = false;
    for (int i = 0; i < writers; i++) {
      threads.add(Thread.ofVirtual().start(this::write));
    }
  }

  private void write() {
    try {
      while (!stopping) {
        Answer answer = api.raw("/v1/keys/demo/encrypt", PLAINTEXT);
        switch (answer.status()) {
          case 200 -> {
            requestIds.add(answer.requestId());
            count.incrementAndGet();
            envelope = answer.body();
          }
          // By a busy node, one that ends, or one that cannot write it down: not acknowledged.
          case 503 -> refused.incrementAndGet();
          default -> unexpected.add(answer.toString());
        }
      }
    } catch (IOException e) {
      // The node is gone: what was not answered was not acknowledged.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Requests acknowledged in all rounds. */
  int count() {
    return count.get();
  }

  /** Requests refused with 503 in all rounds. */
  int refused() {
    return refused.get();
  }

  /** Waits until all writers have met the node's end. */
  void awaitEnd() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  /** Has all writers end with their next answer, and waits for that. */
  void stop() throws InterruptedException {
    stopping = true;
    awaitEnd();
  }

  /** What was acknowledged in all rounds and is not among {@code logged}. */
  Set<String> missing(Set<String> logged) {
    assertEquals(List.of(), List.copyOf(unexpected));
    Set<String> missing = new HashSet<>(requestIds);
    missing.removeAll(logged);
    return missing;
  }

  /** The last envelope of an earlier life of the node opens in this one. */
  void assertOpens() throws IOException, InterruptedException {
    assertArrayEquals(PLAINTEXT, api.raw("/v1/decrypt", envelope).body());
  }
}
