package dev.cofre.controlplane.server.archive;

import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The index of a segment that is complete, in a mapped file. Immutable, thread-safe.
 *
 * <pre>
 *  0  u64 COFRINDX (43 4f 46 52 49 4e 44 58)
 *  8  u32 format 1
 * 12  u32 CRC32C of bytes 16 to 80
 * 16  u32 terms
 * 20  u32 events
 * 24  u64 first    the index of the segment's first record among all of the chain
 * 32  u64 records  how many leaves of the tree the segment has
 * 40  i64 oldest event · 48 i64 newest event, nanoseconds since 1970
 * 56  u64 disorder by how many nanoseconds an event is older than one before it, at most
 * 64  u64 length of this file
 * 72  u64 length of the segment
 * 80      for each term, by its hash as an unsigned number: u64 hash, u32 start, u32 count
 *         places (u32 each, offset / 8): of all events, then from start on those of each term
 * </pre>
 */
final class IndexFile implements SegmentIndex {
  private static final long MAGIC = 0x434f4652494e4458L;
  private static final int FORMAT = 1;
  private static final int CRC_AT = 12;
  private static final int CHECKED_AT = 16;
  private static final int HEADER_LENGTH = 80;
  private static final int TERM_LENGTH = 16;

  private final Header header;
  private final ByteBuffer terms;
  private final IntBuffer places;

  /**
   * What an index begins with.
   *
   * @param first index of the segment's first record
   * @param records how many it has
   * @param segmentBytes how long it is
   */
  record Header(
      int terms, int events, long first, long records, Zone zone, long length, long segmentBytes) {
    /** The index behind its last record. */
    long end() {
      return first + records;
    }
  }

  private IndexFile(Header header, ByteBuffer file) {
    this.header = header;
    int placesAt = HEADER_LENGTH + header.terms() * TERM_LENGTH;
    this.terms = file.slice(HEADER_LENGTH, placesAt - HEADER_LENGTH);
    this.places = file.slice(placesAt, file.limit() - placesAt).asIntBuffer();
  }

  /**
   * Reads what {@code file} begins with.
   *
   * @throws IOException when it is not there, not whole, or no index
   */
  static Header header(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_LENGTH);
    long length;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      length = channel.size();
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, bytes.position()) < 0) {
          break;
        }
      }
    }
    if (bytes.hasRemaining()
        || bytes.getLong(0) != MAGIC
        || bytes.getInt(8) != FORMAT
        || bytes.getInt(CRC_AT) != checksum(bytes)
        || bytes.getLong(64) != length) {
      throw new IOException(file + " is not a whole index");
    }
    return new Header(
        bytes.getInt(16),
        bytes.getInt(20),
        bytes.getLong(24),
        bytes.getLong(32),
        new Zone(bytes.getLong(40), bytes.getLong(48), bytes.getLong(56)),
        length,
        bytes.getLong(72));
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(CHECKED_AT, HEADER_LENGTH - CHECKED_AT));
    return (int) crc.getValue();
  }

  /** Maps {@code file}. */
  static IndexFile open(Path file) throws IOException {
    Header header = header(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new IndexFile(header, channel.map(FileChannel.MapMode.READ_ONLY, 0, header.length()));
    }
  }

  /** Writes {@code index} to {@code file}; it is there whole, and on the disk, or not at all. */
  static Header write(Path file, GrowingIndex index, long first, long records, long segmentBytes)
      throws IOException {
    long[] hashes = index.hashes();
    IntBuffer all = index.all();
    int total = all.remaining();
    for (long hash : hashes) {
      total += index.find(hash).remaining();
    }
    int length = HEADER_LENGTH + hashes.length * TERM_LENGTH + total * Integer.BYTES;
    ByteBuffer out = ByteBuffer.allocate(length);
    Zone zone = index.zone();
    out.putLong(MAGIC).putInt(FORMAT).putInt(0).putInt(hashes.length).putInt(all.remaining());
    out.putLong(first).putLong(records);
    out.putLong(zone.minNs()).putLong(zone.maxNs()).putLong(zone.disorderNs());
    out.putLong(length).putLong(segmentBytes);
    int start = all.remaining();
    for (long hash : hashes) {
      int count = index.find(hash).remaining();
      out.putLong(hash).putInt(start).putInt(count);
      start += count;
    }
    put(out, all);
    for (long hash : hashes) {
      put(out, index.find(hash));
    }
    out.putInt(CRC_AT, checksum(out)).flip();
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.deleteIfExists(partial);
    try (FileChannel channel =
        FileChannel.open(
            partial,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      while (out.hasRemaining()) {
        channel.write(out);
      }
      channel.force(true);
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    SecretFiles.syncDirectory(file.getParent());
    return header(file);
  }

  private static void put(ByteBuffer out, IntBuffer places) {
    out.slice(out.position(), places.remaining() * Integer.BYTES)
        .asIntBuffer()
        .put(places.duplicate());
    out.position(out.position() + places.remaining() * Integer.BYTES);
  }

  @Override
  public IntBuffer find(long hash) {
    int low = 0;
    int high = header.terms() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long found = terms.getLong(middle * TERM_LENGTH);
      int order = Long.compareUnsigned(found, hash);
      if (order == 0) {
        int start = terms.getInt(middle * TERM_LENGTH + 8);
        return places.slice(start, terms.getInt(middle * TERM_LENGTH + 12));
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return IntBuffer.allocate(0);
  }

  @Override
  public IntBuffer all() {
    return places.slice(0, header.events());
  }

  @Override
  public Zone zone() {
    return header.zone();
  }
}
