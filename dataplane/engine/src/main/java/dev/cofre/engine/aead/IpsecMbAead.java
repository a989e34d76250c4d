package dev.cofre.engine.aead;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import dev.cofre.contract.envelope.Aead;
import dev.cofre.engine.foreign.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * AES-256-GCM by {@link IpsecMb}, straight on the heap's arrays and without garbage. The key's
 * schedule lies outside the heap; another key overwrites it in place, and {@link #clear} does.
 *
 * <p>A call holds up the machine's safepoints for as long as it runs, which for a segment of 64 KiB
 * is some microseconds. Not thread-safe.
 */
final class IpsecMbAead implements Aead {
  private static final int NONCE_LENGTH = 12;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  /** More than gcm_key_data (1,008 bytes) and gcm_context_data (88) have. */
  private static final long SCHEDULE_LENGTH = 2_048;

  private static final long CONTEXT_LENGTH = 256;
  private static final long ALIGNMENT = 64;

  private final MemorySegment schedule;
  private final MemorySegment context;
  private final byte[] made = new byte[TAG_LENGTH];
  private boolean keyed;
  private boolean sealed;
  private long lastNonce;
  private int lastNonceEnd;

  IpsecMbAead() {
    MemorySegment memory = Arena.ofAuto().allocate(SCHEDULE_LENGTH + CONTEXT_LENGTH, ALIGNMENT);
    schedule = memory.asSlice(0, SCHEDULE_LENGTH);
    context = memory.asSlice(SCHEDULE_LENGTH, CONTEXT_LENGTH);
  }

  @Override
  public void key(byte[] key, int offset) {
    try {
      MemorySegment bytes = MemorySegment.ofArray(key).asSlice(offset, KEY_LENGTH);
      IpsecMb.KEY.invokeExact(bytes, schedule);
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
    keyed = true;
    sealed = false;
  }

  @Override
  public int seal(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    require(nonce);
    refuseRepeated(nonce);
    try {
      MemorySegment from = MemorySegment.ofArray(in).asSlice(inOffset, length);
      MemorySegment to = MemorySegment.ofArray(out).asSlice(outOffset, length + TAG_LENGTH);
      IpsecMb.SEAL.invokeExact(
          schedule,
          context,
          to,
          from,
          (long) length,
          MemorySegment.ofArray(nonce),
          MemorySegment.ofArray(aad),
          (long) aad.length,
          to.asSlice(length),
          (long) TAG_LENGTH);
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
    return length + TAG_LENGTH;
  }

  /** The plaintext of a wrong tag is overwritten before the refusal is told. */
  @Override
  public int open(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    require(nonce);
    int plaintext = length - TAG_LENGTH;
    if (plaintext < 0) {
      return -1;
    }
    try {
      MemorySegment from = MemorySegment.ofArray(in).asSlice(inOffset, length);
      MemorySegment to = MemorySegment.ofArray(out).asSlice(outOffset, plaintext);
      IpsecMb.OPEN.invokeExact(
          schedule,
          context,
          to,
          from,
          (long) plaintext,
          MemorySegment.ofArray(nonce),
          MemorySegment.ofArray(aad),
          (long) aad.length,
          MemorySegment.ofArray(made),
          (long) TAG_LENGTH);
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
    if (!isMade(in, inOffset + plaintext)) {
      Arrays.fill(out, outOffset, outOffset + plaintext, (byte) 0);
      return -1;
    }
    return plaintext;
  }

  @Override
  public void clear() {
    schedule.fill((byte) 0);
    context.fill((byte) 0);
    Arrays.fill(made, (byte) 0);
    keyed = false;
  }

  private void require(byte[] nonce) {
    if (!keyed) {
      throw new IllegalStateException("the AEAD has no key");
    }
    if (nonce.length != NONCE_LENGTH) {
      throw new IllegalArgumentException("a nonce has " + NONCE_LENGTH + " bytes");
    }
  }

  /** The last line of defence, as the JDK's has it: two messages in a row with one nonce. */
  private void refuseRepeated(byte[] nonce) {
    long begin = (long) LONG.get(nonce, 0);
    int end = (int) INT.get(nonce, Long.BYTES);
    if (sealed && begin == lastNonce && end == lastNonceEnd) {
      throw new IllegalStateException("AES-GCM encryption failed: a nonce was repeated");
    }
    sealed = true;
    lastNonce = begin;
    lastNonceEnd = end;
  }

  /** In constant time: both halves are compared whatever the first says. */
  private boolean isMade(byte[] in, int offset) {
    long first = (long) LONG.get(made, 0) ^ (long) LONG.get(in, offset);
    long second = (long) LONG.get(made, Long.BYTES) ^ (long) LONG.get(in, offset + Long.BYTES);
    return (first | second) == 0;
  }
}
