package dev.cofre.engine.foreign;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Asks whether the disk can back pages of a mapped file, without the signal of a failed write. */
@SuppressWarnings("restricted") // madvise(2) is a C function
public final class MappedPages {
  private static final int MADV_POPULATE_WRITE = 23;
  private static final int EFAULT = 14;
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle MADVISE =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("madvise"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
              Linker.Option.captureCallState("errno"));

  private MappedPages() {}

  /**
   * Makes {@code pages}, which begin with a page of a mapped file, writable without a fault, and
   * changes nothing in them; false when the file or its disk does not give that: it is full where
   * the file has a hole, it was cut, or it can only be read. True where the kernel cannot say
   * (before Linux 5.14). Thread-safe; may wait for the disk.
   */
  public static boolean areWritable(MemorySegment pages) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int failed = (int) MADVISE.invokeExact(state, pages, pages.byteSize(), MADV_POPULATE_WRITE);
      return failed == 0 || (int) ERRNO.get(state, 0L) != EFAULT;
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }
}
