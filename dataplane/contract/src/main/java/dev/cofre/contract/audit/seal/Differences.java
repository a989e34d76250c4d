package dev.cofre.contract.audit.seal;

import dev.cofre.contract.transparency.MerkleHash;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells how the records of a segment differ from those that were sealed, by their hashes. Not
 * thread-safe.
 */
final class Differences {
  private final SegmentLeaves actual;
  private final byte[] sealed;
  private final int sealedCount;
  private final long first;
  private final Path file;
  private final Findings findings;
  private final Map<ByteBuffer, Integer> actualLeft = new HashMap<>();
  private final Map<ByteBuffer, Integer> sealedLeft = new HashMap<>();

  Differences(
      SegmentLeaves actual, byte[] sealed, int sealedCount, long first, Path file, Findings into) {
    this.actual = actual;
    this.sealed = sealed;
    this.sealedCount = sealedCount;
    this.first = first;
    this.file = file;
    this.findings = into;
  }

  /**
   * Finds them.
   *
   * @param mayGoOn whether records behind the last sealed one may be there: none was sealed yet
   */
  void find(boolean mayGoOn) {
    count(actual.hashes(), actual.count(), actualLeft);
    count(sealed, sealedCount, sealedLeft);
    int a = 0;
    int s = 0;
    Map<ByteBuffer, Integer> moved = new HashMap<>();
    while (a < actual.count() || s < sealedCount) {
      ByteBuffer is = a < actual.count() ? at(actual.hashes(), a) : null;
      ByteBuffer was = s < sealedCount ? at(sealed, s) : null;
      if (was != null && take(moved, was)) {
        s++;
      } else if (is != null && is.equals(was)) {
        take(actualLeft, is);
        take(sealedLeft, was);
        a++;
        s++;
      } else if (was == null && mayGoOn) {
        return;
      } else if (was != null && !actualLeft.containsKey(was) && isKnown(is)) {
        take(sealedLeft, was);
        add(Finding.Kind.DROPPED, s++, file.toString(), "it was sealed, and is gone");
      } else if (isSealed(is)) {
        add(Finding.Kind.MOVED, s, place(a++), "another event was sealed at this place");
        take(sealedLeft, is);
        take(actualLeft, is);
        moved.merge(is, 1, Integer::sum);
      } else if (was == null || actualLeft.containsKey(was)) {
        take(actualLeft, is);
        add(Finding.Kind.INSERTED, s, place(a++), "no such event was sealed in front of this one");
      } else {
        take(actualLeft, is);
        take(sealedLeft, was);
        add(Finding.Kind.CHANGED, s++, place(a++), "it is not the event that was sealed");
      }
    }
  }

  /** Whether what is there belongs to another place, or nothing is there. */
  private boolean isKnown(ByteBuffer is) {
    return is == null || isSealed(is);
  }

  private boolean isSealed(ByteBuffer is) {
    return sealedLeft.containsKey(is);
  }

  private void add(Finding.Kind kind, int index, String place, String message) {
    findings.add(kind, first + index, place, message);
  }

  private String place(int index) {
    return file + " byte " + actual.place(index);
  }

  private static void count(byte[] hashes, int count, Map<ByteBuffer, Integer> into) {
    for (int i = 0; i < count; i++) {
      into.merge(at(hashes, i), 1, Integer::sum);
    }
  }

  private static ByteBuffer at(byte[] hashes, int index) {
    return ByteBuffer.wrap(hashes, index * MerkleHash.LENGTH, MerkleHash.LENGTH).slice();
  }

  /** Takes one of {@code hash} off; false when there is none. */
  private static boolean take(Map<ByteBuffer, Integer> left, ByteBuffer hash) {
    Integer count = left.get(hash);
    if (count == null) {
      return false;
    }
    if (count == 1) {
      left.remove(hash);
    } else {
      left.put(hash, count - 1);
    }
    return true;
  }
}
