package dev.cofre.controlplane.server.alert;

import dev.cofre.documents.alert.Alert;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * One channel at work, on a thread of its own. An alert that could not be sent goes to the end of
 * the queue, and the next attempt is after a second, twice as long after each failure up to a
 * minute, with jitter. Thread-safe.
 */
final class ChannelRunner {
  private static final System.Logger LOG = System.getLogger(ChannelRunner.class.getName());
  private static final int QUEUE_MAX = AlertBook.ALERTS_MAX;
  private static final long BACKOFF_NS_MIN = TimeUnit.SECONDS.toNanos(1);
  private static final long BACKOFF_NS_MAX = TimeUnit.MINUTES.toNanos(1);
  private static final long GRACE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration GIVEN_UP = Duration.ofDays(1);
  private static final int ANSWER_MAX = 300;

  private static final long SHOWN_NS = TimeUnit.MINUTES.toNanos(10);
  private static final String EVICTED =
      "more than " + AlertBook.ALERTS_MAX + " alerts are kept, and none was sent";

  /** Which one is dropped first. */
  private static final Comparator<Queued> LEAST =
      Comparator.comparing((Queued one) -> one.alert().severity()).thenComparing(Queued::since);

  private final ChannelSettings settings;
  private final AlertChannel channel;
  private final AlertBook book;
  private final Thread thread;
  private final Deque<Queued> queue = new ArrayDeque<>();
  private final LongAdder sent = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile boolean started;
  private volatile boolean closing;
  private volatile boolean failing;

  /** When an alert was dropped last; 0: never. */
  private volatile long droppedNs;

  /** When the attempt that is under way began; 0: none is. */
  private volatile long attemptNs;

  /** An alert on its way. */
  private record Queued(Alert alert, Instant since, int attempts) {}

  ChannelRunner(ChannelSettings settings, String node, AlertBook book) {
    this.settings = settings;
    this.channel = settings.open().apply(node);
    this.book = book;
    this.thread =
        Thread.ofPlatform().name("alert-" + settings.name()).daemon().unstarted(this::run);
  }

  void start() {
    book.pending(settings.name()).forEach(this::add);
    thread.start();
    started = true;
  }

  ChannelSettings settings() {
    return settings;
  }

  /**
   * Takes {@code alert} to be sent. When too many wait, the oldest of the least severe is dropped.
   * Never blocks.
   */
  void add(Alert alert) {
    Queued excess = null;
    synchronized (queue) {
      queue.add(new Queued(alert, Instant.now(), 0));
      if (queue.size() > QUEUE_MAX) {
        excess = queue.stream().min(LEAST).orElseThrow();
        queue.remove(excess);
      }
    }
    if (excess != null) {
      drop(excess.alert(), excess.attempts(), "more than " + QUEUE_MAX + " alerts wait");
    }
    LockSupport.unpark(thread);
  }

  /** Drops {@code alert} when it waits here: there is no room to keep it. Never blocks. */
  void evict(Alert alert) {
    boolean waited;
    synchronized (queue) {
      waited = queue.removeIf(one -> one.alert().id().equals(alert.id()));
    }
    // One whose attempt is under way is dropped when that fails.
    if (waited) {
      drop(alert, 0, EVICTED);
    }
  }

  private void drop(Alert alert, int attempts, String why) {
    dropped.increment();
    droppedNs = Math.max(1, System.nanoTime());
    book.note(
        alert.id(),
        settings.name(),
        new Delivery(Delivery.State.DROPPED, Instant.now(), attempts, why));
    LOG.log(
        Level.ERROR,
        "the channel {0} drops the alert {1}: {2}",
        settings.name(),
        alert.title(),
        why);
  }

  private Queued poll() {
    synchronized (queue) {
      return queue.poll();
    }
  }

  private void run() {
    long backoffNs = BACKOFF_NS_MIN;
    while (!closing) {
      Queued next = poll();
      if (next == null) {
        LockSupport.park(this);
        continue;
      }
      try {
        attemptNs = Math.max(1, System.nanoTime());
        String answer = channel.send(next.alert());
        attemptNs = 0;
        sent.increment();
        book.note(
            next.alert().id(),
            settings.name(),
            new Delivery(Delivery.State.SENT, Instant.now(), next.attempts(), answer));
        backoffNs = BACKOFF_NS_MIN;
        healed();
      } catch (Throwable e) {
        // An Error as well: without this thread nothing goes by this channel.
        attemptNs = 0;
        LOG.log(Level.DEBUG, "the cause", e);
        failed(next, reason(e));
        park(backoffNs + ThreadLocalRandom.current().nextLong(backoffNs / 2));
        backoffNs = Math.min(BACKOFF_NS_MAX, backoffNs * 2);
      }
    }
    channel.close();
  }

  /** Why, in one short line. */
  static String reason(Throwable failure) {
    String text = failure instanceof IOException ? failure.getMessage() : failure.toString();
    String line = String.valueOf(text).replaceAll("[\\p{Cntrl}\\s]+", " ");
    return line.substring(0, Math.min(ANSWER_MAX, line.length()));
  }

  private void failed(Queued one, String why) {
    if (closing) {
      return;
    }
    failures.increment();
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING,
          "the alert channel {0} cannot send, trying again; no other waits for it: {1}",
          settings.name(),
          why);
    }
    int attempts = one.attempts() + 1;
    if (one.since().plus(GIVEN_UP).isBefore(Instant.now())) {
      drop(one.alert(), attempts, "given up after a day: " + why);
      return;
    }
    boolean isKept =
        book.note(
            one.alert().id(),
            settings.name(),
            new Delivery(Delivery.State.PENDING, Instant.now(), attempts, why));
    if (!isKept) {
      drop(one.alert(), attempts, EVICTED + ": " + why);
      return;
    }
    synchronized (queue) {
      // A place was free: it came from there. One that was filled meanwhile makes it one more.
      queue.add(new Queued(one.alert(), one.since(), attempts));
    }
  }

  private void healed() {
    if (failing) {
      failing = false;
      LOG.log(Level.INFO, "the alert channel {0} sends again", settings.name());
    }
  }

  private void park(long ns) {
    long untilNs = System.nanoTime() + ns;
    while (!closing && System.nanoTime() - untilNs < 0) {
      LockSupport.parkNanos(this, untilNs - System.nanoTime());
    }
  }

  /** Ends an attempt that takes longer than it may and does not end by itself. Never blocks. */
  void watch() {
    long begunNs = attemptNs;
    long limitNs = TimeUnit.MILLISECONDS.toNanos(2L * settings.timeoutMs()) + GRACE_NS;
    if (begunNs != 0 && System.nanoTime() - begunNs > limitNs) {
      channel.abort();
    }
  }

  boolean isFailing() {
    return failing || (started && !closing && !thread.isAlive());
  }

  /** Whether an alert was dropped within the last ten minutes. */
  boolean hasDropped() {
    long lastNs = droppedNs;
    return lastNs != 0 && System.nanoTime() - lastNs < SHOWN_NS;
  }

  long sent() {
    return sent.sum();
  }

  long failures() {
    return failures.sum();
  }

  long dropped() {
    return dropped.sum();
  }

  long queued() {
    synchronized (queue) {
      return queue.size();
    }
  }

  /** Has it stop behind the attempt that is under way; the others are made after the next start. */
  void stop() {
    closing = true;
    LockSupport.unpark(thread);
  }

  /** Has the attempt that is under way fail. */
  void abort() {
    channel.abort();
  }

  void awaitEnd(long deadlineNs) {
    try {
      thread.join(Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
