package dev.cofre.controlplane.server.sink;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * One sink at work, on a thread of its own. One batch is under way at a time and is sent until the
 * receiver has it: after a failure again after 0.2 s, twice as long each time up to 15 s, with
 * jitter. Thread-safe.
 */
final class SinkRunner {
  private static final System.Logger LOG = System.getLogger(SinkRunner.class.getName());
  private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long BACKOFF_NS_MIN = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long BACKOFF_NS_MAX = TimeUnit.SECONDS.toNanos(15);
  private static final long GRACE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LATE_MS = TimeUnit.MINUTES.toMillis(1);

  private final SinkSettings settings;
  private final SinkFeed feed;
  private final SinkTarget target;
  private final Thread thread;
  private final LongAdder events = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private volatile boolean closing;
  private volatile boolean failing;
  private volatile long caughtUpNs = System.nanoTime();
  private volatile long skipped;
  private long failingSinceNs;

  /** When the attempt that is under way began; 0: none is. */
  private volatile long attemptNs;

  SinkRunner(SinkSettings settings, SinkFeed feed) {
    this.settings = settings;
    this.feed = feed;
    this.target = settings.target().open(settings.name(), settings.timeoutMs());
    this.thread = Thread.ofPlatform().name("sink-" + settings.name()).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long backoffNs = BACKOFF_NS_MIN;
    Batch batch = null;
    long readNs = 0;
    while (!closing) {
      try {
        if (batch == null) {
          readNs = System.nanoTime();
          batch = feed.next();
          skipped = feed.skipped();
        }
        boolean idle = batch.events().isEmpty();
        if (!idle) {
          attemptNs = Math.max(1, System.nanoTime());
          target.send(batch);
          attemptNs = 0;
          events.add(batch.events().size());
        }
        // It has arrived: it is not sent again when only the cursor cannot be written.
        Batch arrived = batch;
        batch = null;
        if (arrived.isLast()) {
          // What came while it was sent is not older than its reading.
          caughtUpNs = readNs;
        }
        feed.sent(arrived);
        backoffNs = BACKOFF_NS_MIN;
        if (idle) {
          feed.save();
        }
        healed();
        if (idle) {
          LockSupport.parkNanos(this, PERIOD_NS);
        }
      } catch (IOException | RuntimeException | LinkageError e) {
        attemptNs = 0;
        failed(reason(e));
        LOG.log(Level.DEBUG, "the cause", e);
        park(backoffNs + ThreadLocalRandom.current().nextLong(backoffNs / 2));
        backoffNs = Math.min(BACKOFF_NS_MAX, backoffNs * 2);
      }
    }
    target.close();
    save();
  }

  private static String reason(Throwable failure) {
    // The message of one of a file is often its path alone.
    return failure instanceof IOException && !(failure instanceof FileSystemException)
        ? failure.getMessage()
        : failure.toString();
  }

  private void park(long ns) {
    long untilNs = System.nanoTime() + ns;
    while (!closing && System.nanoTime() - untilNs < 0) {
      LockSupport.parkNanos(this, untilNs - System.nanoTime());
    }
  }

  private void save() {
    try {
      feed.save();
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "how far the sink {0} came is not written down: {1}",
          name(),
          e.getMessage());
    }
  }

  private synchronized void failed(String why) {
    if (closing) {
      return;
    }
    failures.increment();
    if (!failing) {
      failing = true;
      failingSinceNs = System.nanoTime();
      LOG.log(
          Level.WARNING,
          "the sink {0} cannot send, trying again until it can; nothing else waits for it: {1}",
          name(),
          why);
    }
  }

  private synchronized void healed() {
    if (failing) {
      failing = false;
      LOG.log(
          Level.INFO,
          "the sink {0} sends again, after {1} s",
          name(),
          Long.toString(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - failingSinceNs)));
    }
  }

  /** Ends an attempt that takes longer than it may and does not end by itself. Never blocks. */
  void watch() {
    long begunNs = attemptNs;
    long limitNs = TimeUnit.MILLISECONDS.toNanos(2L * settings.timeoutMs()) + GRACE_NS;
    if (begunNs != 0 && System.nanoTime() - begunNs > limitNs) {
      if (!failing) {
        failed("no end of an attempt within " + TimeUnit.NANOSECONDS.toMillis(limitNs) + " ms");
      }
      target.abort();
    }
  }

  /** Whether the receiver has the records of {@code origin} before {@code end}, for good. */
  boolean hasPassed(String origin, long end) {
    return feed.hasPassed(origin, end);
  }

  String name() {
    return settings.name();
  }

  /** Whether it fails now, or has not had all that is archived for a minute. */
  boolean isDegraded() {
    return failing || figures().lagMs() > LATE_MS;
  }

  /** What it did, and how late it is. */
  SinkFigures figures() {
    return new SinkFigures(
        events.sum(),
        failures.sum(),
        feed.lagEvents(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - caughtUpNs),
        !failing,
        skipped);
  }

  /** Has it stop, and what is under way fail: after the next start that is sent again. */
  void stop() {
    closing = true;
    target.abort();
    LockSupport.unpark(thread);
  }

  /** Waits for the end after {@link #stop()}, until {@code deadlineNs} of the JVM's clock. */
  void awaitEnd(long deadlineNs) {
    try {
      if (!thread.join(Duration.ofNanos(deadlineNs - System.nanoTime()))) {
        LOG.log(Level.WARNING, "the sink {0} still waits for its receiver", name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
