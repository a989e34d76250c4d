package dev.cofre.contract.transparency;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hashes of a Merkle tree (RFC 6962 §2.1): SHA-256(0x00 ‖ leaf) and SHA-256(0x01 ‖ left ‖
 * right). Makes no garbage beyond what it returns. Not thread-safe.
 */
public final class MerkleHash {
  /** The length of each hash. */
  public static final int LENGTH = 32;

  private final MessageDigest sha256 = newSha256();
  private final byte[] node = new byte[1 + 2 * LENGTH];
  private byte[] leaf = new byte[1_024];

  /** Hashes. */
  public MerkleHash() {
    node[0] = 1;
  }

  /** SHA-256 itself, of what is no leaf. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Writes the hash of the leaf that {@code length} bytes of {@code bytes} are to {@code out}. */
  public void leaf(ByteBuffer bytes, int at, int length, byte[] out, int outAt) {
    if (leaf.length <= length) {
      leaf = new byte[length + length / 2 + 1];
    }
    bytes.get(at, leaf, 1, length);
    digest(leaf, length + 1, out, outAt);
  }

  /** The hash of the leaf {@code bytes}. */
  public byte[] leaf(byte[] bytes) {
    byte[] hash = new byte[LENGTH];
    leaf(ByteBuffer.wrap(bytes), 0, bytes.length, hash, 0);
    return hash;
  }

  /** Writes the hash of the node over two hashes to {@code out}, which may be one of the arrays. */
  public void node(byte[] left, int leftAt, byte[] right, int rightAt, byte[] out, int outAt) {
    System.arraycopy(left, leftAt, node, 1, LENGTH);
    System.arraycopy(right, rightAt, node, 1 + LENGTH, LENGTH);
    digest(node, node.length, out, outAt);
  }

  /** The hash of the node over {@code left} and {@code right}. */
  public byte[] node(byte[] left, byte[] right) {
    byte[] hash = new byte[LENGTH];
    node(left, 0, right, 0, hash, 0);
    return hash;
  }

  private void digest(byte[] bytes, int length, byte[] out, int outAt) {
    sha256.update(bytes, 0, length);
    try {
      sha256.digest(out, outAt, LENGTH);
    } catch (DigestException e) {
      throw new IllegalArgumentException("no room for a hash", e);
    }
  }
}
