package dev.cofre.contract.transparency;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The hashes of a tree of which the leaves from some point on are at hand, and of what is before it
 * the compact range. Not thread-safe.
 */
public final class TreeHashes {
  private static final int CHUNK = 1_024;
  private static final int ROOTS_MAX = 1 << 16;

  private final CompactRange before;
  private final Leaves leaves;
  private final MerkleHash hash = new MerkleHash();
  private final Map<Span, byte[]> roots = new HashMap<>();

  /** Where the hashes of leaves come from. */
  @FunctionalInterface
  public interface Leaves {
    /**
     * Writes the hashes of {@code count} leaves from leaf {@code index} on to {@code out}.
     *
     * @throws IOException when they are not all there
     */
    void read(long index, int count, byte[] out) throws IOException;
  }

  /** Of {@code before} and the leaves that follow it. */
  public TreeHashes(CompactRange before, Leaves leaves) {
    this.before = before.copy();
    this.leaves = leaves;
  }

  /** The tree of {@code hashes}, one after the other. */
  public static TreeHashes of(byte[] hashes) {
    return new TreeHashes(
        new CompactRange(),
        (index, count, out) ->
            System.arraycopy(
                hashes,
                Math.toIntExact(index * MerkleHash.LENGTH),
                out,
                0,
                count * MerkleHash.LENGTH));
  }

  /**
   * MTH(D[from:to]) of RFC 6962 §2.1, of at least one leaf.
   *
   * @throws IOException when leaves are not there
   * @throws IllegalArgumentException when it lies before what is at hand
   */
  public byte[] root(long from, long to) throws IOException {
    if (to <= before.size()) {
      return before.subtree(from, to);
    }
    if (from < before.size()) {
      long middle = from + MerkleProofs.split(to - from);
      return hash.node(root(from, middle), root(middle, to));
    }
    if (to - from > CHUNK) {
      return known(from, to);
    }
    CompactRange range = new CompactRange();
    byte[] chunk = new byte[(int) Math.min(CHUNK, to - from) * MerkleHash.LENGTH];
    for (long at = from; at < to; ) {
      int count = (int) Math.min(CHUNK, to - at);
      leaves.read(at, count, chunk);
      for (int i = 0; i < count; i++) {
        range.append(chunk, i * MerkleHash.LENGTH);
      }
      at += count;
    }
    return range.root();
  }

  /** Of a great subtree, which is hashed once, however many proofs it is in. */
  private byte[] known(long from, long to) throws IOException {
    Span span = new Span(from, to);
    byte[] root = roots.get(span);
    if (root == null) {
      long middle = from + MerkleProofs.split(to - from);
      root = hash.node(root(from, middle), root(middle, to));
      if (roots.size() < ROOTS_MAX) {
        roots.put(span, root);
      }
    }
    return root;
  }

  private record Span(long from, long to) {}
}
