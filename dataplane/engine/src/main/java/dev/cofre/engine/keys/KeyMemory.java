package dev.cofre.engine.keys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.cofre.contract.envelope.EnvelopeFormat;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * Slots of 32 bytes outside the heap, locked into RAM where the system allows it, so that data keys
 * reach neither a heap dump nor the swap.
 *
 * <p>Thread-safe. A freed slot is overwritten at once.
 */
@SuppressWarnings("restricted") // mlock is a C function
final class KeyMemory {
  private static final System.Logger LOG = System.getLogger(KeyMemory.class.getName());

  private final MemorySegment memory;
  private final BitSet used;
  private final int slots;

  /** Memory for {@code slots} keys. */
  KeyMemory(int slots) {
    this.slots = slots;
    this.memory = Arena.ofAuto().allocate((long) slots * EnvelopeFormat.KEY_LENGTH, 4096);
    this.used = new BitSet(slots);
    lock(memory);
  }

  private static void lock(MemorySegment memory) {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    try {
      var mlock = linker.downcallHandle(linker.defaultLookup().findOrThrow("mlock"), signature);
      boolean done = (int) mlock.invokeExact(memory, memory.byteSize()) == 0;
      if (!done) {
        LOG.log(
            Level.WARNING,
            "the memory for data keys cannot be locked into RAM; raise the limit (ulimit -l)");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Copies {@code key} into a free slot and returns it, or -1 when there is none. */
  synchronized int store(byte[] key) {
    int slot = used.nextClearBit(0);
    if (slot >= slots) {
      return -1;
    }
    used.set(slot);
    MemorySegment.copy(key, 0, memory, JAVA_BYTE, offset(slot), EnvelopeFormat.KEY_LENGTH);
    return slot;
  }

  /** Copies the key in {@code slot} to {@code out}. The caller holds the slot. */
  void read(int slot, byte[] out) {
    MemorySegment.copy(memory, JAVA_BYTE, offset(slot), out, 0, EnvelopeFormat.KEY_LENGTH);
  }

  /** Overwrites and frees {@code slot}. */
  synchronized void free(int slot) {
    memory.asSlice(offset(slot), EnvelopeFormat.KEY_LENGTH).fill((byte) 0);
    used.clear(slot);
  }

  private static long offset(int slot) {
    return (long) slot * EnvelopeFormat.KEY_LENGTH;
  }
}
