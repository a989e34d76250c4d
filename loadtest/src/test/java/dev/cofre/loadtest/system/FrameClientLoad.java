package dev.cofre.loadtest.system;

import dev.cofre.client.CofreException;
import dev.cofre.client.frames.BlockingFrameClient;
import dev.cofre.client.frames.FrameClient;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Several callers of one client, each of which encrypts a text that nobody else has and decrypts
 * it, again and again until it is stopped. Thread-safe.
 */
final class FrameClientLoad {
  private static final int KEPT_MAX = 20_000;
  private static final Map<String, String> CONTEXT = Map.of("app", "load");

  private final BlockingFrameClient client;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong numbers = new AtomicLong();
  private final LongAdder encrypted = new LongAdder();
  private final LongAdder decrypted = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
  private final Queue<Kept> kept = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  /** An envelope that was acknowledged, and what is in it. */
  private record Kept(byte[] envelope, byte[] plaintext) {}

  FrameClientLoad(FrameClient client, int callers) {
    this.client = client.blocking();
    for (int i = 0; i < callers; i++) {
      threads.add(Thread.ofPlatform().daemon().start(this::run));
    }
  }

  private void run() {
    while (!stopped) {
      byte[] plaintext = ByteBuffer.allocate(64).putLong(numbers.incrementAndGet()).array();
      try {
        byte[] envelope = client.encrypt("demo", plaintext, CONTEXT);
        encrypted.increment();
        if (kept.size() < KEPT_MAX) {
          kept.add(new Kept(envelope, plaintext));
        }
        check(envelope, plaintext);
      } catch (CofreException e) {
        errors.computeIfAbsent(e.reason(), reason -> new LongAdder()).increment();
      }
    }
  }

  private void check(byte[] envelope, byte[] plaintext) {
    if (Arrays.equals(plaintext, client.decrypt(envelope, CONTEXT))) {
      decrypted.increment();
    } else {
      wrong.increment();
    }
  }

  void stop() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  long encrypted() {
    return encrypted.sum();
  }

  long done() {
    return encrypted.sum() + decrypted.sum();
  }

  long wrong() {
    return wrong.sum();
  }

  Map<String, LongAdder> errors() {
    return errors;
  }

  long failed() {
    return errors.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** How many of the acknowledged envelopes do not open to what is in them. */
  long lost() {
    return kept.stream()
        .filter(each -> !Arrays.equals(each.plaintext(), client.decrypt(each.envelope(), CONTEXT)))
        .count();
  }

  @Override
  public String toString() {
    return encrypted + " encrypted, " + decrypted + " decrypted, " + wrong + " wrong, " + errors;
  }
}
