package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditRecordDecoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFile;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealReader;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The segment of the archive that is written: its records, its seal and its heads, as they lie in a
 * node's own log, so that the same tools verify both. Used by one thread at a time.
 *
 * <p>Order: the records are on the disk before anything else is told of them. All beside them can
 * be made again from them.
 */
final class SegmentWriter implements AutoCloseable {
  private final Path directory;
  private final String chain;
  private final long number;
  private final CompactRange before;
  private final FileChannel records;
  private final FileChannel seal;
  private final FileChannel heads;
  private final GrowingIndex index = new GrowingIndex();
  private int length = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
  private long headsLength;
  private int count;

  private SegmentWriter(Path directory, String chain, long number, CompactRange before)
      throws IOException {
    this.directory = directory;
    this.chain = chain;
    this.number = number;
    this.before = before.copy();
    this.records = open(AuditSegments.file(directory, chain, number));
    this.seal = open(SealFiles.seal(directory, chain, number));
    this.heads = open(SealFiles.heads(directory, chain, number));
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Begins segment {@code number} behind {@code before}. */
  static SegmentWriter begin(Path directory, String chain, long number, CompactRange before)
      throws IOException {
    SegmentWriter writer = new SegmentWriter(directory, chain, number, before);
    ByteBuffer header = ByteBuffer.allocate(AuditRecordFormat.SEGMENT_HEADER_LENGTH);
    header.putLong(0, AuditRecordFormat.SEGMENT_MAGIC);
    header.putInt(AuditRecordFormat.SEGMENT_FORMAT_AT, AuditRecordFormat.FORMAT);
    header.putLong(AuditRecordFormat.SEGMENT_NUMBER_AT, number);
    writer.seal.truncate(0);
    write(writer.seal, ByteBuffer.wrap(SealFile.header(number, before)), 0);
    writer.seal.force(true);
    writer.heads.truncate(0);
    writer.heads.force(true);
    writer.records.truncate(0);
    write(writer.records, header, 0);
    writer.records.force(true);
    SecretFiles.syncDirectory(directory);
    return writer;
  }

  /**
   * Goes on with segment {@code number} where its last whole record ends: what is behind was never
   * acknowledged.
   *
   * @return null when it has none: it is begun anew
   */
  static SegmentWriter resume(Path directory, String chain, long number) throws IOException {
    CompactRange before;
    try (SealReader reader = SealReader.open(SealFiles.seal(directory, chain, number), number)) {
      before = reader.before();
    }
    SegmentWriter writer = new SegmentWriter(directory, chain, number, before);
    long size = writer.records.size();
    if (size <= AuditRecordFormat.SEGMENT_HEADER_LENGTH) {
      writer.close();
      return null;
    }
    ByteBuffer all = writer.records.map(FileChannel.MapMode.READ_ONLY, 0, size);
    MerkleHash hash = new MerkleHash();
    byte[] leaf = new byte[MerkleHash.LENGTH];
    int at = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
    while (AuditRecordDecoder.isWhole(all, at, all.limit())) {
      int bytes = all.getInt(at);
      hash.leaf(all, at, bytes, leaf, 0);
      write(writer.seal, ByteBuffer.wrap(leaf), writer.sealLength());
      writer.count++;
      at = Math.min(at + AuditRecordFormat.aligned(bytes), all.limit());
    }
    writer.length = AuditRecordFormat.aligned(at);
    writer.index.add(
        all, AuditRecordFormat.SEGMENT_HEADER_LENGTH, at, AuditRecordFormat.SEGMENT_HEADER_LENGTH);
    writer.headsLength = SignedHead.read(SealFiles.heads(directory, chain, number)).wholeBytes();
    writer.cut();
    if (writer.count == 0) {
      writer.close();
      return null;
    }
    return writer;
  }

  /** Takes away what is behind the last record, hash and head. */
  private void cut() throws IOException {
    records.truncate(length);
    seal.truncate(sealLength());
    heads.truncate(headsLength);
    records.force(true);
  }

  private long sealLength() {
    return SealFile.HEADER_LENGTH + (long) count * MerkleHash.LENGTH;
  }

  long number() {
    return number;
  }

  /** How long its records are, with the header. */
  int length() {
    return length;
  }

  int count() {
    return count;
  }

  CompactRange before() {
    return before.copy();
  }

  GrowingIndex index() {
    return index;
  }

  Path file() {
    return AuditSegments.file(directory, chain, number);
  }

  /** The tree with all of its records. */
  CompactRange range() throws IOException {
    try (SealReader reader = SealReader.open(SealFiles.seal(directory, chain, number), number)) {
      return reader.range(before.size() + count);
    }
  }

  /**
   * Appends {@code entries}, whose hashes are {@code hashes}; they are on the disk when it returns.
   * When it fails, nothing was appended.
   */
  void append(ByteBuffer entries, byte[] hashes) throws IOException {
    write(records, entries.duplicate(), length);
    write(seal, ByteBuffer.wrap(hashes), sealLength());
    records.force(false);
    index.add(entries, 0, entries.limit(), length);
    length += entries.limit();
    count += hashes.length / MerkleHash.LENGTH;
  }

  /** Appends hashes whose records are lost. */
  void appendLost(byte[] hashes) throws IOException {
    // A file without room for a record is none of a log.
    write(records, ByteBuffer.allocate(AuditRecordFormat.ALIGNMENT), length);
    write(seal, ByteBuffer.wrap(hashes), sealLength());
    length += AuditRecordFormat.ALIGNMENT;
    count += hashes.length / MerkleHash.LENGTH;
  }

  /** Keeps {@code head}, which is over all of its records. */
  void keep(SignedHead head) throws IOException {
    ByteBuffer entry = ByteBuffer.wrap(head.entry().getBytes(StandardCharsets.UTF_8));
    int bytes = entry.remaining();
    write(heads, entry, headsLength);
    headsLength += bytes;
  }

  /** Writes its index: from then on it is complete. */
  IndexFile.Header complete(Path indexFile) throws IOException {
    cut();
    seal.force(true);
    heads.force(true);
    return IndexFile.write(indexFile, index, before.size(), count, length);
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    long place = at;
    while (bytes.hasRemaining()) {
      place += channel.write(bytes, place);
    }
  }

  @Override
  public void close() throws IOException {
    records.close();
    seal.close();
    heads.close();
  }
}
