package dev.cofre.engine.keys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory outside the heap for tables that are read at random, in pages of 2 MiB where the kernel
 * gives them (madvise(2), {@code MADV_HUGEPAGE}; transparent_hugepage {@code madvise} or {@code
 * always}).
 *
 * <p>A table of 128 MiB has 32,768 small pages, more than the processor remembers the translations
 * of, so that each look-up walks the page tables, on a virtual machine those of the host too; and
 * it has 64 large ones. Where the advice is not taken the memory is the same with small pages.
 *
 * <p>Memory: pages are given when they are first written, and given back when the segment is
 * unreachable.
 */
@SuppressWarnings("restricted") // mmap, munmap and madvise are C functions
final class HugePages {
  private static final long SMALL_PAGE_BYTES = 4_096;
  private static final long PAGE_BYTES = 2L << 20;

  /** Linux, on every processor that the JDK runs on but MIPS and PA-RISC. */
  private static final int READ_WRITE = 3;

  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;
  private static final int HINT_NONE = -1;

  private HugePages() {}

  /** {@code bytes} zeros. */
  static MemorySegment allocate(long bytes) {
    if (bytes < PAGE_BYTES || !System.getProperty("os.name").equals("Linux")) {
      return Arena.ofAuto().allocate(bytes, SMALL_PAGE_BYTES);
    }
    try {
      return map(bytes);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static MemorySegment map(long bytes) throws Throwable {
    long pages = roundUp(bytes);
    long mappedBytes = pages + PAGE_BYTES;
    MethodHandle mmap =
        function(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    MemorySegment start =
        (MemorySegment)
            mmap.invokeExact(
                MemorySegment.NULL, mappedBytes, READ_WRITE, PRIVATE_ANONYMOUS, HINT_NONE, 0L);
    if (start.address() == -1) {
      throw new OutOfMemoryError("the kernel does not give " + mappedBytes + " bytes");
    }
    MemorySegment mapped = start.reinterpret(mappedBytes, Arena.ofAuto(), HugePages::unmap);
    MemorySegment aligned = mapped.asSlice(roundUp(start.address()) - start.address(), pages);
    MethodHandle madvise =
        function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    int ignored = (int) madvise.invokeExact(aligned, pages, MADV_HUGEPAGE);
    return aligned.asSlice(0, bytes);
  }

  private static long roundUp(long bytes) {
    return bytes + PAGE_BYTES - 1 & -PAGE_BYTES;
  }

  private static void unmap(MemorySegment mapped) {
    try {
      MethodHandle munmap = function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
      int ignored = (int) munmap.invokeExact(mapped, mapped.byteSize());
    } catch (Throwable e) {
      throw new AssertionError("munmap(2) throws nothing", e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor signature) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
  }
}
