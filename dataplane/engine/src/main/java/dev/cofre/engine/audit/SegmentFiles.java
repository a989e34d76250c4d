package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.RecordBuffer;
import dev.cofre.engine.foreign.ReadAhead;
import dev.cofre.engine.processor.ShortTurns;
import dev.cofre.hsm.SecretFiles;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/**
 * The files of one chain of segments: makes them, finds them again after a restart, keeps to the
 * budget. Blocks; used by one thread at a time.
 */
final class SegmentFiles {
  private static final System.Logger LOG = System.getLogger(SegmentFiles.class.getName());
  private static final String PARTIAL = ".partial";
  private static final int PAGE = 4_096;

  /** What is written at once: a strict log forces so much to the disk for the smallest record. */
  private static final int ZEROS_BYTES = 8 * PAGE;

  private static final Set<StandardOpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path directory;
  private final String chain;
  private final int segmentBytes;
  private final long bytesMax;

  /** What each mapped file was when it was mapped, by number. */
  private final Map<Long, Object> identities = new HashMap<>();

  /** What became of a file that is mapped. */
  enum State {
    /** It is there, as long as it was. */
    WHOLE,
    /** It is not there, or another one is. */
    DELETED,
    /** It is shorter. */
    CUT
  }

  SegmentFiles(Path directory, String chain, int segmentBytes, long bytesMax) {
    this.directory = directory;
    this.chain = chain;
    this.segmentBytes = segmentBytes;
    this.bytesMax = bytesMax;
  }

  long bytesMax() {
    return bytesMax;
  }

  /** What became of the file of {@code segment}. */
  State state(Segment segment) {
    try {
      BasicFileAttributes now =
          Files.readAttributes(file(segment.number()), BasicFileAttributes.class);
      Object identity = identities.get(segment.number());
      if (identity != null && !identity.equals(now.fileKey())) {
        return State.DELETED;
      }
      return now.size() < segment.limit() ? State.CUT : State.WHOLE;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the audit log's file is gone", e);
      return State.DELETED;
    }
  }

  /** What became of segment {@code number}, for people and for the log itself. */
  String describe(long number, State state) {
    String name = file(number).getFileName().toString();
    return state == State.CUT
        ? name + " was truncated while it was written: its last events are lost"
        : name + " was deleted while it was written: it was written again from memory";
  }

  private Path file(long number) {
    return AuditSegments.file(directory, chain, number);
  }

  /**
   * Writes {@code segment}, which takes no more records and whose file was deleted, out of memory.
   * A file that took its place is kept under another name.
   */
  void restore(Segment segment) throws IOException {
    Path file = file(segment.number());
    Path partial = partial(segment.number());
    Files.deleteIfExists(partial);
    try (FileChannel channel = FileChannel.open(partial, CREATE, OWNER_ONLY)) {
      ByteBuffer bytes = segment.bytes();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(partial);
      throw e;
    }
    if (Files.exists(file)) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".foreign"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    SecretFiles.syncDirectory(directory);
  }

  /** The length of all segments with a number below {@code number}. */
  long bytesBefore(long number) throws IOException {
    return bytes(AuditSegments.list(directory, chain).headMap(number, false));
  }

  private static long bytes(Map<Long, Path> segments) throws IOException {
    long bytes = 0;
    for (Path file : segments.values()) {
      try {
        bytes += Files.size(file);
      } catch (NoSuchFileException e) {
        LOG.log(Level.DEBUG, "{0} was moved away", file);
      }
    }
    return bytes;
  }

  /**
   * Finds where the last process stopped; where there is nothing, makes the first segment. A
   * segment that is damaged, or has records behind its end, is left as it is: the segment that is
   * returned has no room then, and what follows goes to its successor.
   */
  Segment recover() throws IOException {
    NavigableMap<Long, Path> segments = AuditSegments.list(directory, chain);
    Files.deleteIfExists(partial(segments.isEmpty() ? 1 : segments.lastKey() + 1));
    Segment later = null;
    for (Map.Entry<Long, Path> entry : segments.descendingMap().entrySet()) {
      MemorySegment memory = map(entry.getValue());
      identify(entry.getKey());
      RecordBuffer records = new RecordBuffer(memory.asByteBuffer());
      boolean isFirst = entry.getKey().equals(segments.firstKey());
      if (isFirst || records.length(AuditRecordFormat.SEGMENT_HEADER_LENGTH) != 0) {
        int end = SegmentRecovery.end(records, entry.getValue());
        Segment active = new Segment(memory, entry.getKey(), end);
        active.setNext(later);
        return active;
      }
      later = new Segment(memory, entry.getKey(), AuditRecordFormat.SEGMENT_HEADER_LENGTH);
    }
    return create(1);
  }

  /**
   * Makes segment {@code number}, all its blocks allocated.
   *
   * @throws IOException when the budget or the disk has no room for it
   */
  Segment create(long number) throws IOException {
    return create(number, channel -> {});
  }

  /**
   * The same with all its pages in memory, which takes a while; {@code meanwhile} is called now and
   * then.
   */
  Segment createInMemory(long number, Runnable meanwhile) throws IOException {
    return create(number, channel -> bringIntoMemory(channel, segmentBytes, meanwhile));
  }

  /** What is done with a new file before it has its name. */
  @FunctionalInterface
  private interface Preparation {
    void on(FileChannel channel) throws IOException;
  }

  private Segment create(long number, Preparation preparation) throws IOException {
    if (Files.isDirectory(directory)
        && bytes(AuditSegments.list(directory, chain)) + segmentBytes > bytesMax) {
      throw new IOException("its files have reached their limit of " + bytesMax + " bytes");
    }
    SecretFiles.createDirectory(directory);
    // Asked first: blocks that are allocated and given back a second later are blocks that seals
    // and others lack meanwhile, and work for the disk.
    long room = AuditLogConfig.roomBytes(segmentBytes);
    if (diskBytesFree() < room) {
      throw new IOException("the disk has no room for " + room + " bytes more");
    }
    Path partial = partial(number);
    Files.deleteIfExists(partial);
    try (FileChannel channel = FileChannel.open(partial, CREATE, OWNER_ONLY)) {
      FileBlocks.allocate(partial, segmentBytes);
      channel.write(header(number), 0);
      channel.force(true);
      // Before it has its name: who finds half of it would go on in it, and the next try would put
      // another file in its place.
      preparation.on(channel);
      Files.move(partial, file(number), StandardCopyOption.ATOMIC_MOVE);
      SecretFiles.syncDirectory(directory);
      identify(number);
      return new Segment(map(channel), number, AuditRecordFormat.SEGMENT_HEADER_LENGTH);
    } catch (IOException e) {
      Files.deleteIfExists(partial);
      throw e;
    }
  }

  /**
   * Writes zeros where zeros are, behind the first page: the file's pages are in memory then, some
   * at a time. A page that the mapping's first touch has to fetch alone takes four times as long.
   */
  private static void bringIntoMemory(FileChannel channel, int length, Runnable meanwhile)
      throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
    ShortTurns turns = new ShortTurns();
    for (long at = PAGE; at < length; at += zeros.limit()) {
      zeros.clear().limit((int) Math.min(ZEROS_BYTES, length - at));
      while (zeros.hasRemaining()) {
        channel.write(zeros, at + zeros.position());
      }
      turns.between(System.nanoTime());
      meanwhile.run();
    }
  }

  /** How many bytes are free on the disk; more than any has when it does not tell. */
  long diskBytesFree() {
    File folder = directory.toFile();
    long free = folder.getUsableSpace();
    return free == 0 && folder.getTotalSpace() == 0 ? Long.MAX_VALUE : free;
  }

  private void identify(long number) throws IOException {
    identities.put(number, Files.readAttributes(file(number), BasicFileAttributes.class).fileKey());
    identities.keySet().removeIf(older -> older < number - 2);
  }

  private Path partial(long number) {
    Path file = file(number);
    return file.resolveSibling(file.getFileName() + PARTIAL);
  }

  private static ByteBuffer header(long number) {
    ByteBuffer header = ByteBuffer.allocate(AuditRecordFormat.SEGMENT_HEADER_LENGTH);
    header.putLong(0, AuditRecordFormat.SEGMENT_MAGIC);
    header.putInt(AuditRecordFormat.SEGMENT_FORMAT_AT, AuditRecordFormat.FORMAT);
    header.putLong(AuditRecordFormat.SEGMENT_NUMBER_AT, number);
    return header;
  }

  private static MemorySegment map(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment memory = map(channel);
      if (memory.byteSize() < AuditRecordFormat.SEGMENT_HEADER_LENGTH + Long.BYTES
          || memory.get(ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN), 0)
              != AuditRecordFormat.SEGMENT_MAGIC) {
        throw new IOException(file + " is not an audit segment; move it away");
      }
      return memory;
    }
  }

  private static MemorySegment map(FileChannel channel) throws IOException {
    MemorySegment memory =
        channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), Arena.ofAuto());
    ReadAhead.stop(memory);
    return memory;
  }
}
