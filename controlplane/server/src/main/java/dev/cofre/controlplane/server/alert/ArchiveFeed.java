package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.LogTail;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Reads what comes next of each archived log, in its order, and notices records that cannot be
 * read. Not thread-safe, but for {@link #lagEvents()}.
 */
final class ArchiveFeed {
  private static final int EVENTS_MAX = 2_000;
  private static final int BYTES_MAX = 1 << 20;

  /** At the very first start, so many records of each log are learned from. */
  private static final long LEARNED_MAX = 1_000_000;

  /** A log that cannot be read for longer is told. */
  private static final long LASTING_NS = TimeUnit.MINUTES.toNanos(1);

  private final Archive archive;
  private final Map<String, LogTail> tails = new TreeMap<>();
  private final Map<String, Long> skipped = new TreeMap<>();

  /** Which record comes next, by log. */
  private final Map<String, Long> next = new ConcurrentHashMap<>();

  private final Map<String, Failing> failing = new HashMap<>();
  private final GapReports reports;
  private final LongSupplier nanoTime;

  /**
   * A part of each log.
   *
   * @param failure why a log could not be read, when there was one
   */
  record Read(List<LoggedEvent> events, Optional<IOException> failure) {}

  /** Since when a log cannot be read. */
  private record Failing(long sinceNs, Instant since) {}

  /** Of {@code archive}; what cannot be read is told to {@code reports}. */
  ArchiveFeed(Archive archive, GapReports reports, LongSupplier nanoTime) {
    this.archive = archive;
    this.reports = reports;
    this.nanoTime = nanoTime;
  }

  /** Begins where {@code saved} ends. */
  void restore(JsonObject saved) {
    saved.fieldNames().forEach(origin -> next.put(origin, Math.max(0, saved.getLong(origin))));
  }

  /** Begins with the newest records of each log, to learn from. */
  void beginToLearn() {
    for (String origin : archive.origins()) {
      next.put(origin, Math.max(0, archive.archived(origin) - LEARNED_MAX));
    }
  }

  JsonObject save() {
    JsonObject saved = new JsonObject();
    next.forEach(saved::put);
    return saved;
  }

  /** What comes next of all logs, a part of each. A log that cannot be read holds up no other. */
  Read next() {
    List<LoggedEvent> events = new ArrayList<>();
    Optional<IOException> failure = Optional.empty();
    for (String origin : archive.origins()) {
      try {
        LogTail tail =
            tails.computeIfAbsent(origin, name -> archive.tail(name, next.getOrDefault(name, 0L)));
        events.addAll(tail.read(EVENTS_MAX, BYTES_MAX));
        lookForSkipped(tail);
        next.put(origin, tail.index());
        failing.remove(origin);
      } catch (IOException | RuntimeException e) {
        tails.remove(origin);
        skipped.remove(origin);
        failure = Optional.of(new IOException("the log " + origin + " cannot be read: " + e, e));
        lookForLasting(origin, e);
      }
    }
    return new Read(events, failure);
  }

  private void lookForLasting(String origin, Exception e) {
    Failing since =
        failing.computeIfAbsent(origin, name -> new Failing(nanoTime.getAsLong(), Instant.now()));
    if (nanoTime.getAsLong() - since.sinceNs() > LASTING_NS) {
      reports.report(
          "failing",
          origin,
          "the log "
              + origin
              + " cannot be read in the archive since "
              + since.since()
              + ", and no rule sees its events: "
              + ChannelRunner.reason(e));
    }
  }

  private void lookForSkipped(LogTail tail) {
    long before = skipped.getOrDefault(tail.origin(), 0L);
    if (tail.skipped() > before) {
      skipped.put(tail.origin(), tail.skipped());
      reports.add(
          tail.origin(),
          (tail.skipped() - before)
              + " records before "
              + tail.index()
              + " of "
              + tail.origin()
              + " cannot be read: they are lost or damaged");
    }
  }

  /** Whose log {@code origin} is: {@code cofre-audit/NODE/CHAIN}. */
  static String node(String origin) {
    String[] parts = origin.split("/", 3);
    return parts.length == 3 ? parts[1] : origin;
  }

  /** How many archived records were not looked at yet. */
  long lagEvents() {
    long lag = 0;
    for (String origin : archive.origins()) {
      lag += Math.max(0, archive.archived(origin) - next.getOrDefault(origin, 0L));
    }
    return lag;
  }
}
