package dev.cofre.contract.audit.seal;

import dev.cofre.contract.transparency.MerkleHash;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The hashes of the records of one segment as they are, and where each begins. Not thread-safe. */
final class SegmentLeaves {
  private final MerkleHash hash = new MerkleHash();
  private byte[] hashes = new byte[1_024 * MerkleHash.LENGTH];
  private int[] places = new int[1_024];
  private int count;

  void clear() {
    count = 0;
  }

  void add(ByteBuffer buffer, int at, int length) {
    if (count == places.length) {
      places = Arrays.copyOf(places, count * 2);
      hashes = Arrays.copyOf(hashes, hashes.length * 2);
    }
    hash.leaf(buffer, at, length, hashes, count * MerkleHash.LENGTH);
    places[count++] = at;
  }

  int count() {
    return count;
  }

  /** All hashes, from index 0 on; longer than the count. */
  byte[] hashes() {
    return hashes;
  }

  int place(int index) {
    return places[index];
  }
}
