package dev.cofre.contract.audit.seal;

import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.TreeHashes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Reads hashes out of the seal of one segment ({@link SealFile}) at the places where they are asked
 * for; the seal may grow meanwhile. Not thread-safe.
 */
public final class SealReader implements TreeHashes.Leaves, AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final CompactRange before;

  private SealReader(Path file, FileChannel channel, CompactRange before) {
    this.file = file;
    this.channel = channel;
    this.before = before;
  }

  /**
   * Opens the seal of segment {@code number}.
   *
   * @throws BrokenSealException when {@code file} is none of that segment
   * @throws IOException when it cannot be read
   */
  public static SealReader open(Path file, long number) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      ByteBuffer header = ByteBuffer.allocate(SealFile.HEADER_LENGTH);
      while (header.hasRemaining()) {
        if (channel.read(header, header.position()) < 0) {
          break;
        }
      }
      return new SealReader(file, channel, SealFile.before(file, number, header));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The tree before the segment. */
  public CompactRange before() {
    return before.copy();
  }

  /** The index of its first record. */
  public long first() {
    return before.size();
  }

  /** How many whole hashes it has now. */
  public long count() throws IOException {
    return Math.max(0, channel.size() - SealFile.HEADER_LENGTH) / MerkleHash.LENGTH;
  }

  /** The tree of the first {@code size} records of the chain. */
  public CompactRange range(long size) throws IOException {
    CompactRange range = before();
    byte[] chunk = new byte[1_024 * MerkleHash.LENGTH];
    while (range.size() < size) {
      int count = (int) Math.min(1_024, size - range.size());
      read(range.size(), count, chunk);
      for (int i = 0; i < count; i++) {
        range.append(chunk, i * MerkleHash.LENGTH);
      }
    }
    return range;
  }

  @Override
  public void read(long index, int count, byte[] out) throws IOException {
    read(index, count, out, 0);
  }

  /** The same; the first one is number {@code outAt} of {@code out}. */
  void read(long index, int count, byte[] out, int outAt) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(out, outAt * MerkleHash.LENGTH, count * MerkleHash.LENGTH);
    long at = SealFile.HEADER_LENGTH + (index - first()) * MerkleHash.LENGTH;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at);
      if (read < 0) {
        throw new EOFException(file + " does not hold the hash of record " + (index + count - 1));
      }
      at += read;
    }
  }

  /** Whether the record {@code index} has {@code hash}. */
  public boolean holds(long index, byte[] hash) throws IOException {
    byte[] sealed = new byte[MerkleHash.LENGTH];
    read(index, 1, sealed);
    return Arrays.equals(sealed, hash);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
