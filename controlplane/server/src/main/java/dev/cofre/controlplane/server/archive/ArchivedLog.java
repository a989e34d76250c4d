package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.audit.seal.Removed;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealReader;
import dev.cofre.contract.audit.seal.SealedLog;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.MerkleProofs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/**
 * One chain of one node's log in the archive. Records are taken only where the last one ends, and
 * only when the tree with them is the one that a head was signed over. Thread-safe.
 */
final class ArchivedLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ArchivedLog.class.getName());

  /** A segment whose heads stay away is ended at so many times its length. */
  private static final int PATIENCE = 4;

  private final Path directory;
  private final String chain;
  private final String origin;
  private final OpenIndexes indexes;
  private final IntSupplier segmentBytes;
  private final List<ArchivedSegment> complete = new CopyOnWriteArrayList<>();

  /** The places of {@link #complete}, in their order; replaced, never changed: it is searched. */
  private volatile List<Part> parts = List.of();

  /** Of the segment that is written, with no end; null when none is. */
  private volatile Part written;

  private volatile SegmentWriter writer;
  private long nextNumber = 1;
  private volatile CompactRange range = new CompactRange();
  private final LongAdder completeBytes = new LongAdder();

  /** What retention has removed from its beginning; null: nothing. */
  private volatile Removed removed;

  /**
   * Which records a segment holds.
   *
   * @param first index of its first record
   * @param end the index behind its last
   * @param bytes how much its files take, about; 0 as long as it is written
   */
  record Part(long number, long first, long end, Path file, long bytes) {}

  private ArchivedLog(
      Path directory, String chain, String origin, OpenIndexes indexes, IntSupplier segmentBytes) {
    this.directory = directory;
    this.chain = chain;
    this.origin = origin;
    this.indexes = indexes;
    this.segmentBytes = segmentBytes;
  }

  /**
   * Opens what is in {@code directory} of {@code chain}, which is there; makes what a kill has left
   * whole.
   *
   * @param segmentBytes how long a segment becomes, about
   */
  static ArchivedLog open(
      Path directory, String chain, String origin, OpenIndexes indexes, IntSupplier segmentBytes)
      throws IOException {
    ArchivedLog log = new ArchivedLog(directory, chain, origin, indexes, segmentBytes);
    log.removed = RemovalFiles.read(directory, chain).orElse(null);
    List<Long> numbers = new ArrayList<>(AuditSegments.list(directory, chain).keySet());
    for (long number : numbers) {
      log.nextNumber = number + 1;
      try {
        log.add(number, IndexFile.header(log.indexFile(number)));
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "the index is made again", e);
        log.resume(number, number == numbers.getLast());
      }
    }
    Optional<RemovalRecord> last = RemovalFiles.last(directory, chain);
    if (numbers.isEmpty() && last.isPresent()) {
      // The newest segment is never removed: it was lost. New ones come behind it.
      LOG.log(Level.ERROR, "of {0} only records of removals are left", origin);
      log.nextNumber = last.get().segment() + 1;
      log.range = last.get().rangeAfter();
    }
    if (log.writer == null && !numbers.isEmpty() && log.range.size() == 0) {
      log.range = log.rangeOf(log.nextNumber - 1);
    }
    return log;
  }

  private void resume(long number, boolean last) throws IOException {
    writer = SegmentWriter.resume(directory, chain, number);
    if (writer == null) {
      // Nothing of it was acknowledged.
      Files.deleteIfExists(AuditSegments.file(directory, chain, number));
      Files.deleteIfExists(SealFiles.seal(directory, chain, number));
      Files.deleteIfExists(SealFiles.heads(directory, chain, number));
      nextNumber = number;
      range = number > 1 ? rangeOf(number - 1) : new CompactRange();
      return;
    }
    range = writer.range();
    written = written();
    if (!last) {
      complete();
      range = new CompactRange();
    }
  }

  private CompactRange rangeOf(long number) throws IOException {
    Path file = SealFiles.seal(directory, chain, number);
    if (!Files.exists(file)) {
      return new CompactRange();
    }
    try (SealReader seal = SealReader.open(file, number)) {
      return seal.range(seal.first() + seal.count());
    }
  }

  private Path indexFile(long number) {
    Path segment = AuditSegments.file(directory, chain, number);
    return segment.resolveSibling(segment.getFileName() + ".index");
  }

  private void add(long number, IndexFile.Header header) {
    Path index = indexFile(number);
    complete.add(
        new ArchivedSegment(
            origin,
            number,
            AuditSegments.file(directory, chain, number),
            header.zone(),
            () -> indexes.get(index)));
    long bytes = header.segmentBytes() + header.length() + header.records() * MerkleHash.LENGTH;
    List<Part> more = new ArrayList<>(parts);
    more.add(new Part(number, header.first(), header.end(), file(number), bytes));
    parts = List.copyOf(more);
    completeBytes.add(bytes);
  }

  /** Its complete segments, the oldest first; {@code most} of them at most. */
  synchronized List<CompleteSegment> complete(int most) {
    List<CompleteSegment> segments = new ArrayList<>();
    for (int i = 0; i < Math.min(most, parts.size()); i++) {
      Part part = parts.get(i);
      Zone zone = complete.get(i).zone();
      segments.add(
          new CompleteSegment(
              origin,
              part.number(),
              part.first(),
              part.end(),
              zone.minNs(),
              zone.maxNs(),
              part.bytes(),
              i == parts.size() - 1));
    }
    return segments;
  }

  /** Reads {@code segment}, which is one of {@link #complete}, whole. */
  SegmentReading read(CompleteSegment segment, SegmentReading.Visitor visitor) throws IOException {
    return SegmentReading.read(
        segment,
        file(segment.number()),
        SealFiles.seal(directory, chain, segment.number()),
        SealFiles.heads(directory, chain, segment.number()),
        SealFiles.seal(directory, chain, segment.number() + 1),
        visitor);
  }

  /** How many of its records are under a head that is kept here. */
  long sealedTo() throws IOException {
    return new SealedLog(directory, chain).lastHead().map(SignedHead::size).orElse(0L);
  }

  /**
   * Removes segment {@code number}, when it is the oldest one, and keeps {@code record}, which is
   * on the disk before anything of the segment is gone. Again finishes what a kill has interrupted.
   *
   * @param key that verifies the record
   * @throws IOException when that cannot be done; then it is to be done again
   */
  synchronized void remove(long number, RemovalRecord record, String note, String key)
      throws IOException {
    if (!parts.isEmpty() && parts.getLast().number() <= number) {
      throw new IOException("segment " + number + " of " + origin + " is where its log ends");
    }
    if (!parts.isEmpty() && parts.getFirst().number() < number) {
      throw new IOException("older segments than " + number + " of " + origin + " are here");
    }
    RemovalFiles.keep(directory, chain, number, note, key);
    if (!parts.isEmpty() && parts.getFirst().number() == number) {
      completeBytes.add(-parts.getFirst().bytes());
      parts = List.copyOf(parts.subList(1, parts.size()));
      complete.removeFirst();
      removed = removed == null ? Removed.of(record) : removed.and(record);
    }
    RemovalFiles.delete(directory, chain, number, indexFile(number));
    indexes.forget(indexFile(number));
  }

  /** What retention has removed from its beginning. */
  Optional<Removed> removed() {
    return Optional.ofNullable(removed);
  }

  /** Whether {@code failure}, of reading segment {@code number}, is because it was removed. */
  boolean wasRemoved(long number, IOException failure) {
    return failure instanceof NoSuchFileException && isRemovalKept(number);
  }

  /** Whether the record of the removal of segment {@code number} is there. */
  boolean isRemovalKept(long number) {
    return Files.exists(RemovalRecord.file(directory, chain, number));
  }

  /** How many records it has. */
  long size() {
    return range.size();
  }

  /** How many bytes its files take, about. */
  long bytes() {
    SegmentWriter now = writer;
    return completeBytes.sum() + (now == null ? 0 : now.length());
  }

  int segments() {
    return complete.size() + (writer == null ? 0 : 1);
  }

  /**
   * Takes {@code records} when they come where the log ends; what is here already is not taken
   * again. They are on the disk when it returns.
   *
   * @return how many records the log has
   * @throws UnprovenRecordsException when they are not those that the head was signed over
   * @throws IOException when they cannot be written
   */
  synchronized long take(ShippedRecords records) throws IOException, UnprovenRecordsException {
    if (records.count() == 0 || records.from() < range.size()) {
      return range.size();
    }
    boolean gap = records.from() > range.size();
    CompactRange before = gap ? records.before() : range;
    byte[] hashes = records.hashes();
    CompactRange after = before.copy();
    for (int i = 0; i < records.count(); i++) {
      after.append(hashes, i * MerkleHash.LENGTH);
    }
    verify(records, after);
    if (gap) {
      LOG.log(
          Level.ERROR,
          "records {0} to {1} of {2} never came: its node has them no more",
          Long.toString(range.size()),
          Long.toString(records.from() - 1),
          origin);
      complete();
    }
    if (records.lost()) {
      LOG.log(
          Level.ERROR,
          "{0} records from {1} on of {2} are lost on their node",
          Integer.toString(records.count()),
          Long.toString(records.from()),
          origin);
      complete();
      begin(before);
      writer.appendLost(hashes);
      range = after;
      complete();
      return after.size();
    }
    if (writer == null) {
      begin(before);
    }
    writer.append(records.entries(), hashes);
    range = after;
    boolean atHead = after.size() == records.head().size();
    if (atHead) {
      writer.keep(records.head());
    }
    int most = segmentBytes.getAsInt();
    if (writer.length() >= (atHead ? most : PATIENCE * most)) {
      complete();
    }
    return after.size();
  }

  private static void verify(ShippedRecords records, CompactRange after)
      throws UnprovenRecordsException {
    long to = after.size();
    long size = records.head().size();
    boolean proven =
        to == size
            ? records.head().checkpoint().hasRoot(after.root())
            : to < size
                && MerkleProofs.verifiesConsistency(
                    to, after.root(), size, records.head().checkpoint().root(), records.proof());
    if (!proven) {
      throw new UnprovenRecordsException(
          "records "
              + records.from()
              + " to "
              + (to - 1)
              + " are not those of the head of "
              + size
              + " events");
    }
  }

  private void begin(CompactRange before) throws IOException {
    writer = SegmentWriter.begin(directory, chain, nextNumber, before);
    written = written();
    nextNumber++;
  }

  private void complete() throws IOException {
    if (writer != null) {
      SegmentWriter done = writer;
      IndexFile.Header header = done.complete(indexFile(done.number()));
      add(done.number(), header);
      written = null;
      writer = null;
      done.close();
    }
  }

  private Part written() {
    return new Part(writer.number(), writer.before().size(), Long.MAX_VALUE, writer.file(), 0);
  }

  /**
   * The segment that record {@code index} is in, or the first one behind it when the record never
   * came; empty when there is none for now. What it holds beyond {@link #size()} is not archived.
   */
  Optional<Part> part(long index) {
    Part now = written;
    List<Part> all = parts;
    int low = 0;
    int high = all.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all.get(middle).end() > index) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low < all.size() ? Optional.of(all.get(low)) : Optional.ofNullable(now);
  }

  /** All its segments, as they are now. */
  List<ArchivedSegment> all() {
    List<ArchivedSegment> all = new ArrayList<>();
    synchronized (this) {
      all.addAll(complete);
      if (writer != null) {
        GrowingIndex index = writer.index();
        all.add(
            new ArchivedSegment(origin, writer.number(), writer.file(), index.zone(), () -> index));
      }
    }
    return all;
  }

  /** Where segment {@code number} is. */
  Path file(long number) {
    return AuditSegments.file(directory, chain, number);
  }

  @Override
  public synchronized void close() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
