package dev.cofre.engine.audit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives a file blocks on the disk, so that a mapped page of it can always be backed: a hole would
 * be found out by a fault in the middle of a write. And takes them away. Stateless, thread-safe;
 * blocks.
 */
@SuppressWarnings("restricted") // the launcher enables native access
public final class FileBlocks {
  private static final int O_RDWR = 2;
  private static final int ENOSPC = 28;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      link(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle ALLOCATE =
      link("posix_fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle CHANGE =
      link("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle CLOSE =
      link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private FileBlocks() {}

  private static MethodHandle link(
      String name, FunctionDescriptor signature, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), signature, options);
  }

  /**
   * Makes {@code file}, which is there, {@code length} bytes long, all of them backed by blocks.
   *
   * @throws IOException when the disk has no room for them
   */
  static void allocate(Path file, long length) throws IOException {
    int error = open(file, descriptor -> (int) ALLOCATE.invokeExact(descriptor, 0L, length));
    if (error != 0) {
      throw new IOException(
          error == ENOSPC
              ? "the disk has no room for " + length + " bytes more"
              : "posix_fallocate of " + length + " bytes failed with error " + error);
    }
  }

  /**
   * Gives the blocks of {@code file}, which is about to be deleted, back to the disk at once; it
   * reads as zeros then. Otherwise they are taken as long as somebody has it mapped, and what this
   * process maps ends with a garbage collection, which comes late on a calm node.
   *
   * @return whether the file system can do that
   * @throws IOException when it cannot be opened
   */
  public static boolean release(Path file) throws IOException {
    long length = Files.size(file);
    return length == 0
        || open(
                file,
                descriptor ->
                    (int) CHANGE.invokeExact(descriptor, PUNCH_HOLE | KEEP_SIZE, 0L, length))
            == 0;
  }

  /** What is done with an open file. */
  @FunctionalInterface
  private interface Act {
    int with(int descriptor) throws Throwable;
  }

  private static int open(Path file, Act act) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int descriptor = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), O_RDWR);
      if (descriptor < 0) {
        throw new IOException(file + " cannot be opened");
      }
      int result = act.with(descriptor);
      int closed = (int) CLOSE.invokeExact(descriptor);
      assert closed == 0 : file;
      return result;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C functions throw nothing", e);
    }
  }
}
