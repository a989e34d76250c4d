package dev.cofre.contract.audit.seal;

import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The hashes of a segment's records, and the tree before them. It saves hashing all the log again
 * and tells which record was changed; nobody believes it before a signed head agrees. Immutable.
 *
 * <pre>
 *    0  u64 COFRSEAL (43 4f 46 52 53 45 41 4c)
 *    8  u32 format 1
 *   12  u32 0
 *   16  u64 number of the segment
 *   24  u64 first: the index of the segment's first record among all of the chain
 *   32      0 × 32
 *   64      roots of the subtrees of the records before: 32 bytes for each bit that is set in
 *           first, the largest first; then zeros
 * 2080      the hash of each record, 32 bytes
 * </pre>
 */
public final class SealFile {
  /** Where the hash of the first record begins. */
  public static final int HEADER_LENGTH = 64 + CompactRange.NODES_MAX * MerkleHash.LENGTH;

  private static final long MAGIC = 0x434f46525345414cL;
  private static final int FORMAT = 1;
  private static final int FORMAT_AT = 8;
  private static final int NUMBER_AT = 16;
  private static final int FIRST_AT = 24;
  private static final int NODES_AT = 64;

  private final CompactRange before;
  private final byte[] file;
  private final int count;

  private SealFile(CompactRange before, byte[] file) {
    this.before = before;
    this.file = file;
    this.count = (file.length - HEADER_LENGTH) / MerkleHash.LENGTH;
  }

  /**
   * What the file of segment {@code number} begins with, when {@code before} are the records
   * before.
   */
  public static byte[] header(long number, CompactRange before) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH);
    header.putLong(0, MAGIC).putInt(FORMAT_AT, FORMAT).putLong(NUMBER_AT, number);
    header.putLong(FIRST_AT, before.size()).position(NODES_AT).put(before.nodes());
    return header.array();
  }

  /**
   * Reads the file of segment {@code number}; a last hash that is not whole is left out.
   *
   * @throws BrokenSealException when it is none of that segment
   * @throws IOException when it cannot be read
   */
  public static SealFile read(Path path, long number) throws IOException {
    return read(path, number, Integer.MAX_VALUE);
  }

  /** The same of its first {@code length} bytes. */
  static SealFile read(Path path, long number, long length) throws IOException {
    byte[] all = Files.readAllBytes(path);
    byte[] file = all.length <= length ? all : Arrays.copyOf(all, (int) length);
    ByteBuffer header = ByteBuffer.wrap(file, 0, Math.min(file.length, HEADER_LENGTH));
    header.position(header.limit());
    return new SealFile(before(path, number, header), file);
  }

  /** The tree before segment {@code number}, as the whole {@code header} of its seal says. */
  static CompactRange before(Path path, long number, ByteBuffer header) throws BrokenSealException {
    if (header.position() == HEADER_LENGTH) {
      byte[] bytes = new byte[HEADER_LENGTH];
      header.get(0, bytes);
      long first = ByteBuffer.wrap(bytes).getLong(FIRST_AT);
      if (first >= 0) {
        CompactRange before = new CompactRange(first, bytes, NODES_AT);
        if (Arrays.equals(bytes, header(number, before))) {
          return before;
        }
      }
    }
    throw new BrokenSealException(path + " is not the seal of segment " + number);
  }

  /**
   * The index of the first record of the segment whose seal is in {@code path}.
   *
   * @throws IOException when it cannot be read
   */
  static long first(Path path) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(NODES_AT);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.read(header, 0) != NODES_AT || header.getLong(0) != MAGIC) {
        throw new IOException(path + " is not the seal of a segment");
      }
    }
    return header.getLong(FIRST_AT);
  }

  /** The tree before the segment. */
  public CompactRange before() {
    return before.copy();
  }

  /** The index of its first record. */
  public long first() {
    return before.size();
  }

  /** How many records it has. */
  public int count() {
    return count;
  }

  /** Whether it ends with the last hash. */
  boolean isWhole() {
    return file.length == HEADER_LENGTH + count * MerkleHash.LENGTH;
  }

  /** All hashes of {@code from} to {@code to}, counted from its first record. */
  public byte[] hashes(int from, int to) {
    return Arrays.copyOfRange(
        file, HEADER_LENGTH + from * MerkleHash.LENGTH, HEADER_LENGTH + to * MerkleHash.LENGTH);
  }
}
