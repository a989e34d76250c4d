package dev.cofre.contract.audit.digest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA-256 (RFC 2104) whose two hash states behind the key are made once. Thread-safe but for
 * {@link #close}: what is computed meanwhile is worth nothing.
 */
final class HmacSha256 implements AutoCloseable {
  static final int LENGTH = 32;
  private static final int BLOCK = 64;
  private static final byte INNER = 0x36;
  private static final byte OUTER = 0x5c;

  private final MessageDigest inner;
  private final MessageDigest outer;

  /** Keyed with {@code key}, at most 64 bytes, which is not kept. */
  HmacSha256(byte[] key) {
    this.inner = keyed(key, INNER);
    this.outer = keyed(key, OUTER);
  }

  private static MessageDigest keyed(byte[] key, byte pad) {
    byte[] block = Arrays.copyOf(key, BLOCK);
    for (int i = 0; i < BLOCK; i++) {
      block[i] ^= pad;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(block);
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } finally {
      Arrays.fill(block, (byte) 0);
    }
  }

  /** Of {@code prefix} and {@code length} bytes of {@code data} from {@code from} on. */
  byte[] of(byte prefix, byte[] data, int from, int length) {
    MessageDigest digest = copy(inner);
    digest.update(prefix);
    digest.update(data, from, length);
    byte[] hash = digest.digest(); // which overwrites the copied state
    MessageDigest end = copy(outer);
    end.update(hash);
    return end.digest();
  }

  private static MessageDigest copy(MessageDigest state) {
    try {
      return (MessageDigest) state.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Overwrites the states, which stand for the key. */
  @Override
  public void close() {
    inner.reset();
    outer.reset();
  }
}
