package dev.cofre.benchmarks.aead;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.cofre.contract.envelope.Aead;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The system's libcrypto by foreign functions, straight on the heap's arrays: weighed and not
 * adopted.
 *
 * <p>One context, of which a key change re-computes the schedule. A critical call holds up the
 * machine's safepoints for as long as it runs.
 */
final class LibcryptoAead implements Aead {
  private static final int GET_TAG = 0x10;
  private static final int SET_TAG = 0x11;
  private static final int NONCE_LENGTH = 12;

  private static final SymbolLookup LIBRARY = library();
  private static final FunctionDescriptor INIT_TYPE =
      FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
  private static final FunctionDescriptor UPDATE_TYPE =
      FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle NEW =
      link("EVP_CIPHER_CTX_new", FunctionDescriptor.of(ADDRESS));
  private static final MethodHandle CIPHER =
      link("EVP_aes_256_gcm", FunctionDescriptor.of(ADDRESS));
  private static final MethodHandle INIT = link("EVP_CipherInit_ex", INIT_TYPE);
  private static final MethodHandle UPDATE = link("EVP_CipherUpdate", UPDATE_TYPE);
  private static final MethodHandle FINAL =
      link("EVP_CipherFinal_ex", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle CONTROL =
      link(
          "EVP_CIPHER_CTX_ctrl",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
  private final MemorySegment tag = arena.allocate(TAG_LENGTH);
  private final MemorySegment context;

  LibcryptoAead() {
    try {
      context = (MemorySegment) NEW.invokeExact();
      MemorySegment cipher = (MemorySegment) CIPHER.invokeExact();
      require((int) INIT.invokeExact(context, cipher, NULL, NULL, NULL, 1));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public void key(byte[] key, int offset) {
    try {
      MemorySegment bytes = MemorySegment.ofArray(key).asSlice(offset, KEY_LENGTH);
      require((int) INIT.invokeExact(context, NULL, NULL, bytes, NULL, -1));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int seal(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    try {
      begin(nonce, aad, 1);
      update(in, inOffset, length, out, outOffset);
      require((int) FINAL.invokeExact(context, tag, this.length));
      require((int) CONTROL.invokeExact(context, GET_TAG, TAG_LENGTH, tag));
      MemorySegment.copy(tag, ValueLayout.JAVA_BYTE, 0, out, outOffset + length, TAG_LENGTH);
      return length + TAG_LENGTH;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int open(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    int plaintext = length - TAG_LENGTH;
    if (plaintext < 0) {
      return -1;
    }
    try {
      begin(nonce, aad, 0);
      MemorySegment.copy(in, inOffset + plaintext, tag, ValueLayout.JAVA_BYTE, 0, TAG_LENGTH);
      require((int) CONTROL.invokeExact(context, SET_TAG, TAG_LENGTH, tag));
      update(in, inOffset, plaintext, out, outOffset);
      return (int) FINAL.invokeExact(context, tag, this.length) == 1 ? plaintext : -1;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public void clear() {
    key(new byte[KEY_LENGTH], 0);
  }

  private void begin(byte[] nonce, byte[] aad, int encrypting) throws Throwable {
    MemorySegment iv = MemorySegment.ofArray(nonce).asSlice(0, NONCE_LENGTH);
    require((int) INIT.invokeExact(context, NULL, NULL, NULL, iv, encrypting));
    if (aad.length > 0) {
      MemorySegment bytes = MemorySegment.ofArray(aad);
      require((int) UPDATE.invokeExact(context, NULL, length, bytes, aad.length));
    }
  }

  private void update(byte[] in, int inOffset, int count, byte[] out, int outOffset)
      throws Throwable {
    MemorySegment from = MemorySegment.ofArray(in).asSlice(inOffset, count);
    MemorySegment to = MemorySegment.ofArray(out).asSlice(outOffset, count);
    require((int) UPDATE.invokeExact(context, to, length, from, count));
  }

  private static void require(int done) {
    if (done != 1) {
      throw new IllegalStateException("libcrypto refused");
    }
  }

  private static IllegalStateException failed(Throwable cause) {
    return new IllegalStateException("libcrypto cannot be used", cause);
  }

  @SuppressWarnings("restricted") // the benchmark's JVM enables native access
  private static SymbolLookup library() {
    return SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(String name, FunctionDescriptor type) {
    return Linker.nativeLinker()
        .downcallHandle(LIBRARY.findOrThrow(name), type, Linker.Option.critical(true));
  }
}
