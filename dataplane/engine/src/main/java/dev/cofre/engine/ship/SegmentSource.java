package dev.cofre.engine.ship;

import dev.cofre.contract.audit.RecordCursor;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealReader;
import dev.cofre.contract.transparency.MerkleHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The sealed records of one segment, one after the other. What was lost or changed since it was
 * sealed is told as lost: its hash is all that is left. Used by one thread.
 */
final class SegmentSource implements AutoCloseable {
  /** So far ahead a record is looked for among the hashes when it is not the next one. */
  private static final int LOOK_AHEAD = 65_536;

  private final long number;
  private final SealReader seal;
  private final RecordCursor cursor;
  private final boolean checking;
  private final MerkleHash hash = new MerkleHash();
  private final byte[] leaf = new byte[MerkleHash.LENGTH];

  /** The index of the record that the cursor stands at, or stood at when it came to the end. */
  private long index;

  private boolean atRecord;
  private boolean ended;

  /**
   * Opens segment {@code number} and goes to record {@code from}.
   *
   * @param checking whether each record is compared with its hash: some of them were changed
   */
  SegmentSource(Path directory, String chain, long number, long from, boolean checking)
      throws IOException {
    this.number = number;
    this.checking = checking;
    this.seal = SealReader.open(SealFiles.seal(directory, chain, number), number);
    this.cursor = RecordCursor.from(directory, chain, number);
    this.index = seal.first();
    while (index < from && present()) {
      advance();
    }
    index = from;
  }

  SealReader seal() {
    return seal;
  }

  long number() {
    return number;
  }

  /** Which record comes next. */
  long index() {
    return index;
  }

  /** Copies records up to {@code to} into {@code out}, as many as fit; how many. */
  int read(long to, ByteBuffer out) throws IOException {
    int count = 0;
    try {
      while (index < to && present()) {
        int length = cursor.position() - cursor.at();
        if (length > out.remaining()) {
          break;
        }
        out.put(out.position(), cursor.buffer(), cursor.at(), length);
        out.position(out.position() + length);
        advance();
        count++;
      }
    } catch (InternalError e) {
      // The file was cut: what is behind this is gone.
      ended = true;
    }
    return count;
  }

  /** How many records from here on, at most up to {@code to}, are gone. */
  int lost(long to, int most) throws IOException {
    if (!ended && !checking) {
      return 0;
    }
    long gone = to - index;
    if (!ended) {
      gone = 0;
      for (long at = index + 1; at < Math.min(to, index + LOOK_AHEAD); at++) {
        if (seal.holds(at, leaf)) {
          gone = at - index;
          break;
        }
      }
    }
    return (int) Math.min(gone, most);
  }

  /** Steps over {@code count} records that are lost. */
  void skip(int count) {
    index += count;
  }

  private void advance() {
    index++;
    atRecord = false;
  }

  /** Whether the record {@code index} is what the cursor stands at. */
  private boolean present() throws IOException {
    while (!ended) {
      if (!atRecord && !step()) {
        return false;
      }
      if (!checking) {
        return true;
      }
      hash.leaf(cursor.buffer(), cursor.at(), cursor.length(), leaf, 0);
      if (seal.holds(index, leaf)) {
        return true;
      }
      if (isSealedLater()) {
        return false;
      }
      // Nobody sealed what stands here.
      atRecord = false;
    }
    return false;
  }

  private boolean isSealedLater() throws IOException {
    long end = Math.min(seal.first() + seal.count(), index + LOOK_AHEAD);
    for (long at = index + 1; at < end; at++) {
      if (seal.holds(at, leaf)) {
        return true;
      }
    }
    return false;
  }

  /** Steps to the next record of this segment. */
  private boolean step() throws IOException {
    try {
      while (cursor.next()) {
        if (cursor.segment() != number) {
          break;
        }
        if (!cursor.isDamage()) {
          atRecord = true;
          return true;
        }
      }
    } catch (InternalError e) {
      ended = true;
      return false;
    }
    // Sealed records were there once: whatever ends them, they are gone.
    ended = true;
    return false;
  }

  @Override
  public void close() throws IOException {
    seal.close();
  }
}
