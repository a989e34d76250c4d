package dev.cofre.engine.aes;

import static java.lang.foreign.MemorySegment.NULL;

import dev.cofre.contract.envelope.BlockCipher;
import dev.cofre.contract.envelope.JcaBlockCipher;
import dev.cofre.engine.foreign.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * AES-256 by the system's libcrypto, whose key schedule is outside the heap: when another key is
 * set, it is overwritten, and there is no copy that the collector would have made.
 *
 * <p>Not thread-safe. A context is freed, which cleanses it, when nothing refers to its object.
 */
public final class NativeAes implements BlockCipher {
  private final MemorySegment context;
  private ByteBuffer source;
  private MemorySegment keys;

  private NativeAes(MemorySegment context) {
    this.context = context;
  }

  /** One by libcrypto where that is there, else the JDK's. */
  @SuppressWarnings("restricted") // the context is freed with its object
  public static BlockCipher orJca() {
    if (!isAvailable()) {
      return new JcaBlockCipher();
    }
    MemorySegment context = Libcrypto.newContext();
    return new NativeAes(context.reinterpret(Arena.ofAuto(), Libcrypto::free));
  }

  /** Whether libcrypto is there and encrypts as FIPS 197 says. */
  public static boolean isAvailable() {
    return Libcrypto.IS_GOOD;
  }

  /**
   * The view of the buffer that it was keyed from last is kept: most often it is the same again.
   */
  @Override
  @SuppressWarnings("ReferenceEquality") // another buffer may be equal in its bytes
  public void key(ByteBuffer source, int offset) {
    if (source != this.source) {
      keys = MemorySegment.ofBuffer(source.duplicate().clear());
      this.source = source;
    }
    try {
      MemorySegment key = keys.asSlice(offset, Libcrypto.KEY_LENGTH);
      Libcrypto.require((int) Libcrypto.SET_KEY.invokeExact(context, NULL, NULL, key, NULL));
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }

  @Override
  public void encrypt(byte[] in, byte[] out, int length) {
    if (source == null || length > Math.min(in.length, out.length)) {
      throw new IllegalStateException("no key was set, or the arrays are too short");
    }
    try {
      MemorySegment from = MemorySegment.ofArray(in);
      MemorySegment to = MemorySegment.ofArray(out);
      Libcrypto.require((int) Libcrypto.ENCRYPT.invokeExact(context, to, from, length));
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }
}
