package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory for secrets that are here for a moment: outside the heap, kept out of the swap where the
 * system allows it (mlock(2)), overwritten at the end. For one thread.
 */
@SuppressWarnings("restricted") // mlock is a C function
final class LockedBytes implements AutoCloseable {
  private static final long PAGE = 4_096;
  private static final MethodHandle LOCK = function("mlock");
  private static final MethodHandle UNLOCK = function("munlock");

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment pages;
  private final MemorySegment bytes;
  private final boolean locked;

  /** {@code length} zeros. */
  LockedBytes(long length) {
    // Whole pages of its own: unlocking them unlocks nobody else's.
    pages = arena.allocate((length + PAGE - 1) / PAGE * PAGE, PAGE);
    bytes = pages.asSlice(0, length);
    locked = call(LOCK) == 0;
  }

  private static MethodHandle function(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
  }

  private int call(MethodHandle function) {
    try {
      return (int) function.invokeExact(pages, pages.byteSize());
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }

  /** The bytes. */
  MemorySegment bytes() {
    return bytes;
  }

  /** Overwrites and gives back the memory, and what calls left of it on this thread's stack. */
  @Override
  public void close() {
    pages.fill((byte) 0);
    DeadStack.wipe();
    if (locked) {
      call(UNLOCK);
    }
    arena.close();
  }
}
