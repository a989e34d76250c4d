package dev.cofre.contract.transparency;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Proofs that a leaf is in a tree, and that a tree is the beginning of another: made as RFC 6962
 * §2.1.1 and §2.1.2 say, verified as RFC 9162 §2.1.3.2 and §2.1.4.2 say. Stateless, thread-safe.
 */
public final class MerkleProofs {
  private MerkleProofs() {}

  /** The largest power of two below {@code count}, which is more than 1. */
  static long split(long count) {
    return Long.highestOneBit(count - 1);
  }

  /**
   * PATH({@code index}, D[{@code size}]).
   *
   * @throws IOException when leaves are not there
   */
  public static List<byte[]> inclusion(TreeHashes tree, long index, long size) throws IOException {
    requireRange(index >= 0 && index < size);
    List<byte[]> path = new ArrayList<>();
    path(tree, index, 0, size, path);
    return path;
  }

  private static void path(TreeHashes tree, long index, long from, long to, List<byte[]> path)
      throws IOException {
    if (to - from == 1) {
      return;
    }
    long middle = from + split(to - from);
    if (index < middle) {
      path(tree, index, from, middle, path);
      path.add(tree.root(middle, to));
    } else {
      path(tree, index, middle, to, path);
      path.add(tree.root(from, middle));
    }
  }

  /**
   * PROOF({@code first}, D[{@code size}]).
   *
   * @throws IOException when leaves are not there
   */
  public static List<byte[]> consistency(TreeHashes tree, long first, long size)
      throws IOException {
    requireRange(first >= 0 && first <= size);
    List<byte[]> proof = new ArrayList<>();
    if (first > 0 && first < size) {
      subproof(tree, first, 0, size, true, proof);
    }
    return proof;
  }

  private static void subproof(
      TreeHashes tree, long first, long from, long to, boolean known, List<byte[]> proof)
      throws IOException {
    if (first == to) {
      if (!known) {
        proof.add(tree.root(from, to));
      }
      return;
    }
    long middle = from + split(to - from);
    if (first <= middle) {
      subproof(tree, first, from, middle, known, proof);
      proof.add(tree.root(middle, to));
    } else {
      subproof(tree, first, middle, to, false, proof);
      proof.add(tree.root(from, middle));
    }
  }

  private static void requireRange(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException("the tree does not reach so far");
    }
  }

  /** Whether {@code proof} shows that {@code leafHash} is leaf {@code index} of the tree. */
  public static boolean verifiesInclusion(
      byte[] leafHash, long index, long size, List<byte[]> proof, byte[] root) {
    if (index < 0 || index >= size || !areHashes(proof)) {
      return false;
    }
    MerkleHash hash = new MerkleHash();
    long fn = index;
    long sn = size - 1;
    byte[] r = leafHash;
    for (byte[] p : proof) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        r = hash.node(p, r);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        r = hash.node(r, p);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && Arrays.equals(r, root);
  }

  /**
   * Whether {@code proof} shows that the tree of {@code first} leaves with {@code firstRoot} is the
   * beginning of the one of {@code second} leaves with {@code secondRoot}.
   */
  public static boolean verifiesConsistency(
      long first, byte[] firstRoot, long second, byte[] secondRoot, List<byte[]> proof) {
    if (first < 0 || first > second || !areHashes(proof)) {
      return false;
    }
    if (first == second) {
      return proof.isEmpty() && Arrays.equals(firstRoot, secondRoot);
    }
    if (first == 0) {
      return proof.isEmpty() && Arrays.equals(firstRoot, new CompactRange().root());
    }
    List<byte[]> path = new ArrayList<>(proof);
    if (Long.bitCount(first) == 1) {
      path.add(0, firstRoot);
    }
    if (path.isEmpty()) {
      return false;
    }
    MerkleHash hash = new MerkleHash();
    int shift = Long.numberOfTrailingZeros(~(first - 1));
    long fn = (first - 1) >> shift;
    long sn = (second - 1) >> shift;
    byte[] fr = path.get(0);
    byte[] sr = path.get(0);
    for (byte[] c : path.subList(1, path.size())) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        fr = hash.node(c, fr);
        sr = hash.node(c, sr);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        sr = hash.node(sr, c);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && Arrays.equals(fr, firstRoot) && Arrays.equals(sr, secondRoot);
  }

  private static boolean areHashes(List<byte[]> proof) {
    return proof.size() <= 2 * Long.SIZE
        && proof.stream().allMatch(hash -> hash.length == MerkleHash.LENGTH);
  }
}
