package dev.cofre.engine.foreign;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What the kernel brings into memory beside the page that was touched: madvise(2).
 *
 * <p>Who touches the pages of a fresh file one after the other has it read ahead, in ever larger
 * pieces, each of them zeroed within one fault: with ext4 of Linux 6.18 up to 26 ms during which
 * nobody else ran on that processor.
 */
@SuppressWarnings("restricted") // madvise(2) is a C function
public final class ReadAhead {
  private static final System.Logger LOG = System.getLogger(ReadAhead.class.getName());
  private static final int MADV_RANDOM = 1;

  private ReadAhead() {}

  /** Has only the touched pages of {@code mapped}, a mapped file, come into memory. */
  public static void stop(MemorySegment mapped) {
    Linker linker = Linker.nativeLinker();
    MethodHandle madvise =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    try {
      int failed = (int) madvise.invokeExact(mapped, mapped.byteSize(), MADV_RANDOM);
      if (failed != 0) {
        LOG.log(Level.DEBUG, "the kernel takes no advice about a mapped file");
      }
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }
}
