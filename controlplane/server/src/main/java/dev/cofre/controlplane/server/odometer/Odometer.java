package dev.cofre.controlplane.server.odometer;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.LogTail;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import dev.cofre.controlplane.server.store.Store;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts how much each version of a key has encrypted, from the archived audit logs of all nodes:
 * every event, each once. Thread-safe; it works on a thread of its own.
 *
 * <p>What was read of a log is added in one transaction with how far it was read, so that a kill at
 * any moment counts nothing twice and leaves nothing out ({@code docs/adr/0029-odometer.md}).
 */
public final class Odometer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Odometer.class.getName());
  private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long CLOSE_MS = 5_000;
  private static final long LASTING_NS = TimeUnit.MINUTES.toNanos(1);
  private static final int BYTES_MAX = 1 << 20;

  /** So many records of one log are added in one transaction at most. */
  private static final int RECORDS_MAX = 100_000;

  /** So many versions are changed in one transaction, about. */
  private static final int VERSIONS_MAX = 1_000;

  /** So many records are looked at between two looks at how much was read. */
  private static final int READ_RECORDS_MAX = 1_000;

  /** Up to so many records that hold nothing to be counted are read again after a restart. */
  private static final int IDLE_RECORDS_MAX = 10_000;

  private final Store store;
  private final Archive archive;
  private final Clock clock;
  private final DataKeysSeen seen = new DataKeysSeen();
  private final Map<String, Place> places = new TreeMap<>();

  /** Which record comes next, by log. */
  private final Map<String, Long> next = new ConcurrentHashMap<>();

  private final LongAdder counted = new LongAdder();
  private final LongAdder skipped = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Thread thread = Thread.ofPlatform().name("odometer").daemon().unstarted(this::run);
  private volatile boolean closing;
  private volatile long failingSinceNs;
  private volatile boolean failing;

  /** Where one log is read. */
  private static final class Place {
    private final LogTail tail;
    private long counted;
    private long skipped;
    private long malformed;
    private boolean told;

    Place(LogTail tail, long counted) {
      this.tail = tail;
      this.counted = counted;
    }

    /** How many records were passed over since this was asked last. */
    long passedOver() {
      long all = tail.skipped() + malformed;
      long since = all - skipped;
      skipped = all;
      return since;
    }
  }

  /**
   * Counts what {@code archive} holds in {@code store}; begins with {@link #start}.
   *
   * @param clock by which a use is lately
   */
  public Odometer(Store store, Archive archive, Clock clock) {
    this.store = store;
    this.archive = archive;
    this.clock = clock;
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  private void run() {
    while (!closing) {
      if (!turn()) {
        LockSupport.parkNanos(PERIOD_NS);
      }
    }
  }

  /** Counts a part of each log; whether there is more at once. */
  boolean turn() {
    boolean more = false;
    boolean whole = true;
    for (String origin : archive.origins()) {
      try {
        more |= count(origin);
      } catch (IOException | RuntimeException e) {
        // What was read is read again, from where it is counted.
        seen.forget();
        places.remove(origin);
        failures.increment();
        whole = false;
        failed(origin, e);
      }
    }
    if (whole) {
      failing = false;
    }
    return more && whole;
  }

  private void failed(String origin, Exception e) {
    if (!failing) {
      failingSinceNs = System.nanoTime();
      failing = true;
      LOG.log(
          Level.WARNING,
          "the log {0} cannot be counted, trying again until it can: {1}",
          origin,
          e.getMessage());
    }
  }

  private boolean count(String origin) throws IOException {
    Place place = places.get(origin);
    if (place == null) {
      long from = store.<Long>read(tx -> tx.odometer().counted(origin));
      place = new Place(archive.tail(origin, from), from);
      places.put(origin, place);
    }
    VersionSums sums = new VersionSums(seen, clock.instant());
    boolean more = read(place, sums);
    long from = place.counted;
    long to = place.tail.index();
    if (to == from || (sums.isEmpty() && to - from < IDLE_RECORDS_MAX)) {
      reached(place, origin);
      return more;
    }
    if (!store.<Boolean>note(tx -> tx.odometer().add(origin, from, to, sums.amounts()))) {
      // Another process has counted it: it is gone on from there.
      seen.forget();
      places.remove(origin);
      return more;
    }
    seen.keep();
    counted.add(to - from);
    place.counted = to;
    reached(place, origin);
    return more;
  }

  private void reached(Place place, String origin) {
    next.put(origin, place.tail.index());
    long passedOver = place.passedOver();
    skipped.add(passedOver);
    if (passedOver > 0 && !place.told) {
      place.told = true;
      LOG.log(
          Level.WARNING,
          "{0} records of the log {1} before {2} are not in this archive or cannot be read: what"
              + " they encrypted is not counted. Further ones are told by the metric only",
          Long.toString(passedOver),
          origin,
          Long.toString(place.tail.index()));
    }
  }

  /** Whether it was stopped before the end. */
  private boolean read(Place place, VersionSums sums) throws IOException {
    long before;
    do {
      before = place.tail.index();
      for (LoggedEvent event : place.tail.read(READ_RECORDS_MAX, BYTES_MAX)) {
        if (!sums.add(event.event())) {
          place.malformed++;
        }
      }
      if (closing
          || sums.size() >= VERSIONS_MAX
          || place.tail.index() - place.counted >= RECORDS_MAX) {
        return true;
      }
    } while (place.tail.index() > before);
    return false;
  }

  /**
   * Whether all records of {@code origin} before {@code end} are counted, or hold nothing to be.
   */
  public boolean hasPassed(String origin, long end) {
    return next.getOrDefault(origin, 0L) >= end;
  }

  /** What it does. */
  public OdometerFigures figures() {
    long lag = 0;
    for (String origin : archive.origins()) {
      lag += Math.max(0, archive.archived(origin) - next.getOrDefault(origin, 0L));
    }
    return new OdometerFigures(
        counted.sum(),
        lag,
        skipped.sum(),
        failures.sum(),
        failing && System.nanoTime() - failingSinceNs > LASTING_NS);
  }

  /** Lets the transaction at work come to its end; what is not counted then is after a start. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
