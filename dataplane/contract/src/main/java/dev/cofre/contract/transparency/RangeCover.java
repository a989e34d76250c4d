package dev.cofre.contract.transparency;

import java.io.ByteArrayOutputStream;

/**
 * The fewest subtrees that make up the leaves of a part of a tree, from the left to the right: all
 * that must be kept of these leaves so that every proof about others can still be made, and the
 * tree at both ends of the part be known. About twice as many as the part's length has bits.
 * Stateless, thread-safe.
 */
public final class RangeCover {
  private RangeCover() {}

  /**
   * The roots of the subtrees of {@code count} leaves, the hashes that {@code leaves} begins with.
   *
   * @param first the index of the first of them in the tree
   */
  public static byte[] of(long first, byte[] leaves, int count) {
    ByteArrayOutputStream roots = new ByteArrayOutputStream();
    int at = 0;
    while (at < count) {
      int length = (int) length(first + at, count - at);
      CompactRange subtree = new CompactRange();
      for (int i = at; i < at + length; i++) {
        subtree.append(leaves, i * MerkleHash.LENGTH);
      }
      roots.writeBytes(subtree.root());
      at += length;
    }
    return roots.toByteArray();
  }

  /**
   * Adds the {@code count} leaves that {@code roots} stand for to {@code range}.
   *
   * @throws IllegalArgumentException when these are not as many as such leaves have
   */
  public static void append(CompactRange range, byte[] roots, long count) {
    long end = range.size() + count;
    int at = 0;
    while (range.size() < end) {
      if (at + MerkleHash.LENGTH > roots.length) {
        throw new IllegalArgumentException("subtrees of " + count + " leaves are missing");
      }
      range.append(roots, at, length(range.size(), end - range.size()));
      at += MerkleHash.LENGTH;
    }
    if (at != roots.length) {
      throw new IllegalArgumentException("more subtrees than " + count + " leaves have");
    }
  }

  /** How many leaves the largest whole subtree has that begins at {@code first}. */
  private static long length(long first, long most) {
    long longest = Long.highestOneBit(most);
    return first == 0 ? longest : Math.min(longest, Long.lowestOneBit(first));
  }
}
