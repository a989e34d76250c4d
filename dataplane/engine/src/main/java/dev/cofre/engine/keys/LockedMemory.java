package dev.cofre.engine.keys;

import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory outside the heap, locked into RAM where the system allows it (mlock(2)). */
@SuppressWarnings("restricted") // mlock is a C function
final class LockedMemory {
  private static final System.Logger LOG = System.getLogger(LockedMemory.class.getName());

  private LockedMemory() {}

  /** {@code bytes} zeros that neither a heap dump nor the swap will hold. */
  static MemorySegment allocate(long bytes) {
    MemorySegment memory = HugePages.allocate(bytes);
    if (!lock(memory)) {
      LOG.log(
          Level.WARNING,
          "the memory for data keys cannot be locked into RAM; allow {0} bytes (ulimit -l)",
          bytes);
    }
    return memory;
  }

  private static boolean lock(MemorySegment memory) {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    try {
      var mlock = linker.downcallHandle(linker.defaultLookup().findOrThrow("mlock"), signature);
      return (int) mlock.invokeExact(memory, memory.byteSize()) == 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
