package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * EME-OAEP decoding (RFC 8017 §7.1.2, step 3) with SHA-256, MGF1 over SHA-256, an empty label and a
 * message of 32 bytes, in locked memory: for modules that do the RSA operation and not this.
 *
 * <p>Whatever is wrong with a block, the same instructions run (Manger's attack). Not thread-safe.
 */
final class OaepBlock implements AutoCloseable {
  private static final int HASH = 32;
  private static final int MESSAGE = 32;
  private static final byte[] EMPTY_LABEL_HASH =
      HexFormat.of().parseHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  private static final ValueLayout.OfInt COUNTER =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final TokenTransport token;
  private final int length;
  private final LockedBytes locked;

  /** Room for a block of {@code length} bytes: that of the modulus. */
  OaepBlock(TokenTransport token, int length) {
    this.token = token;
    this.length = length;
    this.locked = new LockedBytes(2L * length + Integer.BYTES + HASH);
  }

  /** The block, to be filled: EM = Y ‖ maskedSeed ‖ maskedDB. */
  MemorySegment block() {
    return locked.bytes().asSlice(0, length);
  }

  /** The message in it, in place; null when it is no such block. */
  MemorySegment decode() {
    MemorySegment seed = block().asSlice(1, HASH);
    MemorySegment data = block().asSlice(1 + HASH);
    mask(seed, data);
    mask(data, seed);
    int wrong = block().get(JAVA_BYTE, 0);
    for (int i = 0; i < HASH; i++) {
      wrong |= data.get(JAVA_BYTE, i) ^ EMPTY_LABEL_HASH[i];
    }
    long one = data.byteSize() - MESSAGE - 1;
    for (long i = HASH; i < one; i++) {
      wrong |= data.get(JAVA_BYTE, i);
    }
    wrong |= data.get(JAVA_BYTE, one) ^ 1;
    return wrong == 0 ? data.asSlice(one + 1, MESSAGE) : null;
  }

  /** {@code target} xor MGF1({@code source}) (RFC 8017 §B.2.1), into {@code target}. */
  private void mask(MemorySegment target, MemorySegment source) {
    MemorySegment input = locked.bytes().asSlice(length, source.byteSize() + Integer.BYTES);
    MemorySegment digest = locked.bytes().asSlice(2L * length + Integer.BYTES, HASH);
    input.copyFrom(source);
    long done = 0;
    for (int counter = 0; done < target.byteSize(); counter++) {
      input.set(COUNTER, source.byteSize(), counter);
      token.sha256(input, digest);
      for (long i = 0; i < HASH && done < target.byteSize(); i++, done++) {
        target.set(
            JAVA_BYTE, done, (byte) (target.get(JAVA_BYTE, done) ^ digest.get(JAVA_BYTE, i)));
      }
    }
  }

  @Override
  public void close() {
    locked.close();
  }
}
