package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.LogTail;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import dev.cofre.documents.alert.LogSignal;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads what comes next of each archived log, in its order, and notices records that cannot be
 * read. Not thread-safe, but for {@link #lagEvents()}.
 */
final class ArchiveFeed {
  private static final int EVENTS_MAX = 2_000;
  private static final int BYTES_MAX = 1 << 20;

  /** At the very first start, so many records of each log are learned from. */
  private static final long LEARNED_MAX = 1_000_000;

  private final Archive archive;
  private final Map<String, LogTail> tails = new TreeMap<>();
  private final Map<String, Long> skipped = new TreeMap<>();

  /** Which record comes next, by log. */
  private final Map<String, Long> next = new ConcurrentHashMap<>();

  private final List<LogSignal> signals = new ArrayList<>();

  ArchiveFeed(Archive archive) {
    this.archive = archive;
  }

  /** Begins where {@code saved} ends. */
  void restore(JsonObject saved) {
    saved.fieldNames().forEach(origin -> next.put(origin, saved.getLong(origin)));
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

  /**
   * What comes next of all logs, a part of each.
   *
   * @throws IOException when nothing of any log could be read
   */
  List<LoggedEvent> next() throws IOException {
    List<LoggedEvent> events = new ArrayList<>();
    Exception failure = null;
    for (String origin : archive.origins()) {
      LogTail tail =
          tails.computeIfAbsent(origin, name -> archive.tail(name, next.getOrDefault(name, 0L)));
      try {
        events.addAll(tail.read(EVENTS_MAX, BYTES_MAX));
        lookForSkipped(tail);
        next.put(origin, tail.index());
      } catch (IOException | RuntimeException e) {
        tails.remove(origin);
        skipped.remove(origin);
        failure = e;
      }
    }
    if (failure != null && events.isEmpty()) {
      throw new IOException("the archive cannot be read: " + failure, failure);
    }
    return events;
  }

  private void lookForSkipped(LogTail tail) {
    long before = skipped.getOrDefault(tail.origin(), 0L);
    if (tail.skipped() > before) {
      skipped.put(tail.origin(), tail.skipped());
      signals.add(
          new LogSignal(
              LogSignal.Kind.GAP,
              node(tail.origin()),
              Instant.now(),
              0,
              (tail.skipped() - before)
                  + " records before "
                  + tail.index()
                  + " of "
                  + tail.origin()
                  + " cannot be read: they are lost or damaged"));
    }
  }

  /** What was noticed since it was asked last. */
  List<LogSignal> takeSignals() {
    List<LogSignal> taken = List.copyOf(signals);
    signals.clear();
    return taken;
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
