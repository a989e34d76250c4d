package dev.cofre.contract.transparency;

import java.util.Arrays;

/**
 * All that must be kept of a tree to add leaves to it and to know its root: the roots of the whole
 * subtrees that its leaves make up, the largest first. At most 63 hashes. Not thread-safe.
 */
public final class CompactRange {
  /** How many hashes there are at most. */
  public static final int NODES_MAX = 63;

  private static final int LENGTH = MerkleHash.LENGTH;

  private final MerkleHash hash = new MerkleHash();
  private final byte[] nodes;
  private int count;
  private long size;

  /** Of the empty tree. */
  public CompactRange() {
    this.nodes = new byte[(NODES_MAX + 1) * LENGTH];
  }

  /**
   * Of the tree of {@code size} leaves whose subtrees have the roots that begin at {@code at} of
   * {@code roots}.
   *
   * @throws IllegalArgumentException when these are fewer than it has
   */
  public CompactRange(long size, byte[] roots, int at) {
    this();
    if (size < 0 || roots.length - at < Long.bitCount(size) * LENGTH) {
      throw new IllegalArgumentException("a tree of " + size + " leaves has more subtrees");
    }
    this.size = size;
    this.count = Long.bitCount(size);
    System.arraycopy(roots, at, nodes, 0, count * LENGTH);
  }

  /** Of the same tree; changes apart from it. */
  public CompactRange copy() {
    return new CompactRange(size, nodes, 0);
  }

  /** How many leaves the tree has. */
  public long size() {
    return size;
  }

  /** Adds the leaf whose hash begins at {@code at} of {@code leaf}. */
  public void append(byte[] leaf, int at) {
    System.arraycopy(leaf, at, nodes, count * LENGTH, LENGTH);
    count++;
    size++;
    merge(Long.numberOfTrailingZeros(size));
  }

  /**
   * Adds the whole subtree of {@code leaves} leaves whose root begins at {@code at} of {@code
   * roots}.
   *
   * @throws IllegalArgumentException when such a subtree does not come next
   */
  void append(byte[] roots, int at, long leaves) {
    if (Long.bitCount(leaves) != 1 || (size & (leaves - 1)) != 0 || size + leaves < 0) {
      throw new IllegalArgumentException(
          "no whole subtree of " + leaves + " leaves begins behind " + size);
    }
    System.arraycopy(roots, at, nodes, count * LENGTH, LENGTH);
    count++;
    size += leaves;
    merge(Long.numberOfTrailingZeros(size) - Long.numberOfTrailingZeros(leaves));
  }

  private void merge(int times) {
    for (int merges = times; merges > 0; merges--) {
      int right = (count - 1) * LENGTH;
      hash.node(nodes, right - LENGTH, nodes, right, nodes, right - LENGTH);
      count--;
    }
  }

  /** The tree's root; SHA-256 of nothing when it is empty. */
  public byte[] root() {
    if (count == 0) {
      return MerkleHash.newSha256().digest();
    }
    byte[] root = Arrays.copyOfRange(nodes, (count - 1) * LENGTH, count * LENGTH);
    for (int i = count - 2; i >= 0; i--) {
      hash.node(nodes, i * LENGTH, root, 0, root, 0);
    }
    return root;
  }

  /** The roots of its subtrees, the largest first. */
  public byte[] nodes() {
    return Arrays.copyOf(nodes, count * LENGTH);
  }

  /**
   * The root of the subtree of the leaves from {@code from} to {@code to}.
   *
   * @throws IllegalArgumentException when that is none of its subtrees
   */
  byte[] subtree(long from, long to) {
    long start = 0;
    for (int i = 0; i < count; i++) {
      long length = Long.highestOneBit(size - start);
      if (start == from && length == to - from) {
        return Arrays.copyOfRange(nodes, i * LENGTH, (i + 1) * LENGTH);
      }
      start += length;
    }
    throw new IllegalArgumentException("leaves " + from + " to " + to + " are not known");
  }
}
