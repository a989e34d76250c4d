package dev.cofre.controlplane.server.sink;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.LogTail;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Reads what comes next for one sink: of each log in its order, of all logs in turn, and remembers
 * how far it was sent. Not thread-safe, but for {@link #lagEvents()} and {@link #hasPassed}.
 */
final class SinkFeed {
  private static final System.Logger LOG = System.getLogger(SinkFeed.class.getName());
  private static final int BYTES_MAX = 512 << 10;
  private static final long SAVE_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Archive archive;
  private final SinkSettings settings;
  private final SinkCursor cursor;
  private final Map<String, LogTail> tails = new TreeMap<>();

  /** What the receiver has, by log. */
  private final Map<String, Long> sent = new ConcurrentHashMap<>();

  /** The same as it was written down last: after a kill it goes on there. */
  private volatile Map<String, Long> kept = Map.of();

  private boolean unsaved;
  private long savedNs = System.nanoTime();
  private int turn;

  SinkFeed(Archive archive, SinkSettings settings, SinkCursor cursor) throws IOException {
    this.archive = archive;
    this.settings = settings;
    this.cursor = cursor;
    Optional<Map<String, Long>> saved = load();
    saved.ifPresent(sent::putAll);
    kept = Map.copyOf(sent);
    if (saved.isEmpty() && !settings.fromBeginning()) {
      for (String origin : archive.origins()) {
        sent.put(origin, archive.archived(origin));
      }
      // Kept at once: what comes after this start is sent, whatever happens before it is.
      cursor.save(sent);
      kept = Map.copyOf(sent);
    }
  }

  private Optional<Map<String, Long>> load() {
    try {
      return cursor.load();
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "the sink {0} sends all events again: {1}",
          settings.name(),
          e.getMessage());
      return Optional.of(Map.of());
    }
  }

  /** What comes next; no events when all was read. */
  Batch next() throws IOException {
    List<String> origins = archive.origins();
    List<SinkEvent> events = new ArrayList<>();
    Map<String, Long> next = new HashMap<>();
    int bytes = 0;
    Exception failure = null;
    for (int i = 0; i < origins.size(); i++) {
      String origin = origins.get((turn + i) % origins.size());
      LogTail tail =
          tails.computeIfAbsent(origin, name -> archive.tail(name, sent.getOrDefault(name, 0L)));
      long read = tail.index();
      try {
        long before = -1;
        while (before != read && events.size() < settings.batchEvents() && bytes < BYTES_MAX) {
          before = read;
          List<SinkEvent> found = new ArrayList<>();
          for (LoggedEvent event :
              tail.read(settings.batchEvents() - events.size(), BYTES_MAX - bytes)) {
            found.add(settings.format().write(event));
            bytes += event.bytes();
          }
          events.addAll(found);
          read = tail.index();
        }
      } catch (IOException | RuntimeException e) {
        // Other logs go on; this one is read again from where its events are sent.
        tails.remove(origin);
        failure = e;
      }
      if (read != sent.getOrDefault(origin, 0L)) {
        next.put(origin, read);
      }
    }
    if (failure != null && next.isEmpty()) {
      String reason = failure instanceof IOException ? failure.getMessage() : failure.toString();
      throw new IOException("the archive cannot be read: " + reason, failure);
    }
    turn = origins.isEmpty() ? 0 : (turn + 1) % origins.size();
    boolean last = failure == null && events.size() < settings.batchEvents() && bytes < BYTES_MAX;
    return new Batch(events, next, last);
  }

  /** The receiver has {@code batch}. */
  void sent(Batch batch) throws IOException {
    unsaved |= !batch.next().isEmpty();
    sent.putAll(batch.next());
    if (System.nanoTime() - savedNs > SAVE_NS) {
      save();
    }
  }

  /** Writes down how far all was sent. */
  void save() throws IOException {
    if (unsaved) {
      Map<String, Long> now = Map.copyOf(sent);
      cursor.save(now);
      kept = now;
      unsaved = false;
    }
    savedNs = System.nanoTime();
  }

  /** Whether the receiver has the records of {@code origin} before {@code end}, for good. */
  boolean hasPassed(String origin, long end) {
    return kept.getOrDefault(origin, 0L) >= end;
  }

  /** How many archived records the receiver does not have yet. */
  long lagEvents() {
    long lag = 0;
    for (String origin : archive.origins()) {
      lag += Math.max(0, archive.archived(origin) - sent.getOrDefault(origin, 0L));
    }
    return lag;
  }

  /** How many records could not be read as events since the start. */
  long skipped() {
    return tails.values().stream().mapToLong(LogTail::skipped).sum();
  }
}
