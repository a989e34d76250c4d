package dev.cofre.contract.envelope;

import java.nio.ByteBuffer;

/**
 * AES-256 over whole blocks, each for itself (SP 800-38A, ECB): what the derivation of request keys
 * is made of, and nothing to encrypt data with.
 *
 * <p>Instances are not thread-safe.
 */
public interface BlockCipher {
  /** The length of a block, in bytes. */
  int BLOCK_LENGTH = 16;

  /**
   * Sets the key: 32 bytes of {@code source} from {@code offset} on, counted from 0 whatever the
   * buffer's position. No copy of it is kept but the key schedule.
   */
  void key(ByteBuffer source, int offset);

  /**
   * Encrypts the first {@code length} bytes of {@code in}, whole blocks, into another array. With
   * no key ever set it fails with an {@link IllegalStateException}.
   */
  void encrypt(byte[] in, byte[] out, int length);
}
