package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.audit.seal.Removed;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.audit.DirectoryLock;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The audit logs of all nodes, as they were sealed, in one folder of this control plane: a folder
 * {@code node-NODE} each, whose files are those of a node's own log and an index beside each
 * segment (docs/adr/0018-archive.md).
 *
 * <p>Memory: of each complete segment a few words, and its index mapped; of each log the index of
 * the segment that is written, all together some hundred megabytes of records at most. Thread-safe;
 * blocks.
 */
public final class Archive implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Archive.class.getName());
  private static final Pattern ORIGIN =
      Pattern.compile(
          "cofre-audit/([!-~&&[^/+]]{1,200})/("
              + AuditSegments.EVENTS
              + "|"
              + AuditSegments.UNAUTHENTICATED
              + ")");
  private static final String FOLDER = "node-";
  private static final String ID_FILE = "archive-id";
  private static final int ID_BYTES = 16;

  /** All logs' segments that are written take so many bytes together, about. */
  private static final int WRITTEN_BYTES = 256 << 20;

  private static final int SEGMENT_BYTES_LEAST = 1 << 20;

  /** Two chains of each of a thousand nodes, and of as many that are gone. */
  private static final int LOGS_MAX = 4_000;

  /** So many matches are read at once when the newest of some kind is looked for. */
  private static final int LAST_AT_ONCE = 16;

  private final Path directory;
  private final DirectoryLock lock;
  private final String id;
  private final int segmentBytesMost;
  private final OpenIndexes indexes = new OpenIndexes();
  private final ConcurrentMap<String, ArchivedLog> logs = new ConcurrentHashMap<>();

  /** An event and where it stands. */
  public record Entry(EventPlace place, AuditEvent event) {}

  /**
   * A part of an answer.
   *
   * @param next where it goes on; empty when nothing does
   */
  public record Page(List<Entry> entries, Optional<EventPlace> next) {}

  /**
   * When something was there the last time.
   *
   * @param isWhole whether all was looked at and could be read, as far as it matters
   * @param timeNs nanoseconds since 1970; empty: not found
   */
  public record Last(boolean isWhole, OptionalLong timeNs) {}

  /**
   * Between which times events lie.
   *
   * @param oldestNs nanoseconds since 1970
   * @param newestNs likewise
   */
  public record Extent(long oldestNs, long newestNs) {}

  private Archive(Path directory, DirectoryLock lock, String id, int segmentBytesMost) {
    this.directory = directory;
    this.lock = lock;
    this.id = id;
    this.segmentBytesMost = segmentBytesMost;
  }

  /**
   * Opens the archive in {@code directory}, which is made when it is not there.
   *
   * @param segmentBytesMost how long its segments become, about
   * @throws IOException when it cannot be written, or another process has it open
   */
  public static Archive open(Path directory, int segmentBytesMost) throws IOException {
    Path absolute = directory.toAbsolutePath();
    SecretFiles.createDirectory(absolute);
    DirectoryLock lock = DirectoryLock.acquire(absolute);
    try {
      Archive archive = new Archive(absolute, lock, id(absolute), segmentBytesMost);
      archive.openAll();
      return archive;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Which archive it is, whatever machine it is on. */
  private static String id(Path directory) throws IOException {
    Path file = directory.resolve(ID_FILE);
    if (!Files.exists(file)) {
      Path partial = directory.resolve(ID_FILE + ".partial");
      Files.writeString(partial, Hex.encode(KernelRandom.INSTANCE.bytes(ID_BYTES)) + "\n");
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      SecretFiles.syncDirectory(directory);
    }
    return Files.readString(file).strip();
  }

  private void openAll() throws IOException {
    try (Stream<Path> folders = Files.list(directory)) {
      for (Path folder : folders.toList()) {
        String name = folder.getFileName().toString();
        if (!name.startsWith(FOLDER)) {
          continue;
        }
        for (String chain : List.of(AuditSegments.EVENTS, AuditSegments.UNAUTHENTICATED)) {
          // What only records of removals are left of is to be told too: a loss.
          if (!AuditSegments.list(folder, chain).isEmpty()
              || !RemovalRecord.numbers(folder, chain).isEmpty()) {
            openLog("cofre-audit/" + name.substring(FOLDER.length()) + "/" + chain);
          }
        }
      }
    }
  }

  private void openLog(String origin) {
    try {
      log(origin);
    } catch (IOException e) {
      LOG.log(
          Level.ERROR,
          "the archive of {0} cannot be opened, its events are not found: {1}",
          origin,
          e.getMessage());
    }
  }

  private ArchivedLog log(String origin) throws IOException {
    ArchivedLog known = logs.get(origin);
    if (known != null) {
      return known;
    }
    synchronized (this) {
      known = logs.get(origin);
      if (known == null) {
        Matcher parts = ORIGIN.matcher(origin);
        if (!parts.matches()) {
          throw new IllegalArgumentException("no log of a node is named so");
        }
        if (logs.size() >= LOGS_MAX) {
          throw new IOException("the archive has " + LOGS_MAX + " logs, which is the most");
        }
        Path folder = directory.resolve(FOLDER + parts.group(1));
        SecretFiles.createDirectory(folder);
        known = ArchivedLog.open(folder, parts.group(2), origin, indexes, this::segmentBytes);
        logs.put(origin, known);
      }
      return known;
    }
  }

  private int segmentBytes() {
    int share = WRITTEN_BYTES / Math.max(1, logs.size());
    return Math.min(segmentBytesMost, Math.max(SEGMENT_BYTES_LEAST, share));
  }

  /** Names this archive among others. */
  public String id() {
    return id;
  }

  /** Whether {@code origin} can be the name of a log that is archived. */
  public static boolean isOrigin(String origin) {
    return ORIGIN.matcher(origin).matches();
  }

  /** All logs that are archived, by name. */
  public List<String> origins() {
    return logs.keySet().stream().sorted().toList();
  }

  /**
   * Reads the events of {@code origin}, which is one of {@link #origins()}, in their order.
   *
   * @param index of the record to begin with
   */
  public LogTail tail(String origin, long index) {
    return new LogTail(origin, logs.get(origin), index);
  }

  /** How many records of {@code origin} are archived; 0 when it is not known. */
  public long archived(String origin) {
    ArchivedLog log = logs.get(origin);
    return log == null ? 0 : log.size();
  }

  /** How many records of {@code origin} are archived. */
  public long size(String origin) throws IOException {
    return log(origin).size();
  }

  /**
   * Takes {@code records}, whose head's signature was verified, where they continue their log.
   *
   * @return how many records of it are archived, and on the disk
   * @throws UnprovenRecordsException when they are not those that the head was signed over
   * @throws IOException when they cannot be written
   */
  public long take(ShippedRecords records) throws IOException, UnprovenRecordsException {
    return log(records.head().checkpoint().origin()).take(records);
  }

  /** Keeps the key of a node's log beside it, for {@code audit verify}. */
  public void keepKey(String origin, String key) throws IOException {
    Matcher parts = ORIGIN.matcher(origin);
    if (parts.matches()) {
      Path file = directory.resolve(FOLDER + parts.group(1)).resolve(SealFiles.KEY_FILE);
      if (!Files.exists(file)) {
        SecretFiles.createDirectory(file.getParent());
        Files.writeString(file, key + "\n");
      }
    }
  }

  /** Finds the events of {@code query}, the newest first. */
  public Page search(EventQuery query) throws IOException {
    return page(query, places(query, () -> false).orElseThrow());
  }

  /**
   * When the newest event was that has all values of one of {@code alternatives} and that {@code
   * accepts}.
   *
   * @param beforeNs it is older than this, nanoseconds since 1970
   * @param stop is asked now and then, and ends the search
   */
  public Last last(
      List<List<Value>> alternatives,
      long beforeNs,
      Predicate<AuditEvent> accepts,
      BooleanSupplier stop)
      throws IOException {
    Optional<EventPlace> behind = Optional.empty();
    boolean isWhole = true;
    do {
      EventQuery query =
          new EventQuery(alternatives, Long.MIN_VALUE, beforeNs - 1, behind, LAST_AT_ONCE);
      Optional<List<EventPlace>> places = places(query, stop);
      if (places.isEmpty()) {
        return new Last(false, OptionalLong.empty());
      }
      Page page = page(query, places.get());
      for (Entry entry : page.entries()) {
        if (accepts.test(entry.event())) {
          return new Last(true, OptionalLong.of(entry.place().timeNs()));
        }
      }
      // One that cannot be read may have been it.
      isWhole &= page.entries().size() == Math.min(query.limit(), places.get().size());
      behind = page.next();
    } while (behind.isPresent());
    return new Last(isWhole, OptionalLong.empty());
  }

  /** The places of the events of {@code query}, one more than its limit; empty: was stopped. */
  private Optional<List<EventPlace>> places(EventQuery query, BooleanSupplier stop)
      throws IOException {
    List<ArchivedSegment> segments = new ArrayList<>();
    for (ArchivedLog log : logs.values()) {
      for (ArchivedSegment segment : log.all()) {
        if (segment.zone().overlaps(query.fromNs(), query.latestNs())) {
          segments.add(segment);
        }
      }
    }
    segments.sort(
        Comparator.<ArchivedSegment>comparingLong(segment -> segment.zone().maxNs()).reversed());
    Found found = new Found(query.limit() + 1);
    for (ArchivedSegment segment : segments) {
      if (!found.takes(segment.zone().maxNs())) {
        break;
      }
      if (stop.getAsBoolean() || !search(segment, query, found, stop)) {
        return Optional.empty();
      }
    }
    return Optional.of(found.inOrder());
  }

  private boolean search(
      ArchivedSegment segment, EventQuery query, Found found, BooleanSupplier stop)
      throws IOException {
    try {
      return segment.search(query, found, stop);
    } catch (IOException e) {
      return rethrownUnlessRemoved(segment.origin(), segment.number(), e);
    }
  }

  /** Retention may remove what somebody is about to read; it is then as if it had before. */
  private boolean rethrownUnlessRemoved(String origin, long segment, IOException failure)
      throws IOException {
    if (!logs.get(origin).wasRemoved(segment, failure)) {
      throw failure;
    }
    return true;
  }

  private Page page(EventQuery query, List<EventPlace> places) throws IOException {
    boolean more = places.size() > query.limit();
    List<EventPlace> shown = more ? places.subList(0, query.limit()) : places;
    List<Entry> entries = new ArrayList<>();
    for (EventPlace place : shown) {
      try {
        ArchivedSegment.event(logs.get(place.origin()).file(place.segment()), place.offset())
            .ifPresent(event -> entries.add(new Entry(place, event)));
      } catch (IOException e) {
        rethrownUnlessRemoved(place.origin(), place.segment(), e);
      }
    }
    return new Page(entries, more ? Optional.of(shown.getLast()) : Optional.empty());
  }

  /**
   * Gives every event that has one of {@code anyOf}, values of one field, and is not older than
   * {@code fromNs} and not newer than {@code toNs}; segment by segment, the oldest first. The
   * memory it takes does not depend on how many there are.
   *
   * @param stop is asked now and then, and ends the walk
   */
  public Walked walk(
      List<Value> anyOf, long fromNs, long toNs, BooleanSupplier stop, EventVisitor visitor)
      throws IOException {
    List<ArchivedSegment> segments = new ArrayList<>();
    for (ArchivedLog log : logs.values()) {
      for (ArchivedSegment segment : log.all()) {
        if (segment.zone().overlaps(fromNs, toNs)) {
          segments.add(segment);
        }
      }
    }
    segments.sort(Comparator.comparingLong(segment -> segment.zone().minNs()));
    SegmentWalk walk = new SegmentWalk(anyOf, fromNs, toNs, stop, visitor);
    for (ArchivedSegment segment : segments) {
      if (stop.getAsBoolean() || !walk(segment, walk)) {
        return new Walked(false, Math.max(fromNs, segment.zone().minNs()), walk.unreadable());
      }
    }
    return new Walked(true, toNs, walk.unreadable());
  }

  private boolean walk(ArchivedSegment segment, SegmentWalk walk) throws IOException {
    try {
      return segment.walk(walk);
    } catch (IOException e) {
      return rethrownUnlessRemoved(segment.origin(), segment.number(), e);
    }
  }

  /** What retention has removed from the beginning of {@code origin}. */
  public Optional<Removed> removed(String origin) {
    ArchivedLog log = logs.get(origin);
    return log == null ? Optional.empty() : log.removed();
  }

  /** The complete segments of {@code origin}, the oldest first; {@code most} of them at most. */
  public List<CompleteSegment> complete(String origin, int most) {
    ArchivedLog log = logs.get(origin);
    return log == null ? List.of() : log.complete(most);
  }

  /** When the last record of {@code segment} was written here, by this machine's clock. */
  public Instant completedAt(CompleteSegment segment) throws IOException {
    Path file = logs.get(segment.origin()).file(segment.number());
    return Files.getLastModifiedTime(file).toInstant();
  }

  /** Whether the record of the removal of a segment is in the archive. */
  public boolean isRemovalKept(String origin, long segment) {
    ArchivedLog log = logs.get(origin);
    return log != null && log.isRemovalKept(segment);
  }

  /** How many records of {@code origin} are under a head that is kept here. */
  public long sealedTo(String origin) throws IOException {
    return logs.get(origin).sealedTo();
  }

  /** Reads {@code segment}, which is complete, whole: its records against their hashes. */
  public SegmentReading read(CompleteSegment segment, SegmentReading.Visitor visitor)
      throws IOException {
    return logs.get(segment.origin()).read(segment, visitor);
  }

  /**
   * Removes the segment that {@code record} is about, the oldest one of its log, and keeps the
   * record in its place: either the segment is there, or the record is. Again finishes what was
   * interrupted.
   *
   * @param note the record as it was signed
   * @param key that verifies it, {@code NAME+ID+KEY}
   * @throws IOException when that cannot be done, or not all of it; it is to be done again
   */
  public void remove(RemovalRecord record, String note, String key) throws IOException {
    log(record.log()).remove(record.segment(), record, note, key);
  }

  /** Between which times the events of {@code origin} lie; empty when it has none. */
  public Optional<Extent> extent(String origin) {
    ArchivedLog log = logs.get(origin);
    Zone all = Zone.EMPTY;
    for (ArchivedSegment segment : log == null ? List.<ArchivedSegment>of() : log.all()) {
      all = all.and(segment.zone());
    }
    return all.equals(Zone.EMPTY)
        ? Optional.empty()
        : Optional.of(new Extent(all.minNs(), all.maxNs()));
  }

  /** What it holds. */
  public ArchiveFigures figures() {
    long events = 0;
    long bytes = 0;
    long segments = 0;
    for (ArchivedLog log : logs.values()) {
      events += log.size();
      bytes += log.bytes();
      segments += log.segments();
    }
    return new ArchiveFigures(logs.size(), segments, events, bytes);
  }

  @Override
  public void close() {
    for (Map.Entry<String, ArchivedLog> log : logs.entrySet()) {
      try {
        log.getValue().close();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the archive of {0} did not close cleanly", log.getKey());
      }
    }
    lock.close();
  }
}
