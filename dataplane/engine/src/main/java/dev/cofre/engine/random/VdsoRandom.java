package dev.cofre.engine.random;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cofre.contract.random.RandomSource;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The kernel's generator through its vDSO (Linux 6.11 or later): what getrandom(2) of a new C
 * library is, for those who run on an old one.
 *
 * <p>Not thread-safe: one per event loop. The kernel's own code generates in a page of the kernel's
 * kind (it is dropped, not swapped, and wiped by a fork), keyed by the kernel's generator. At each
 * call, before and after it has generated, it compares the generation of that key with the
 * kernel's, which goes on at each reseed and, where there is a VM Generation ID, when a machine is
 * restored from an image; what was generated under an older one is thrown away. So invariant I3
 * rests on what it rests on with the system call (docs/adr/0011-vdso-random.md).
 */
final class VdsoRandom implements RandomSource {
  private static final String LIBRARY = "linux-vdso.so.1";
  private static final String FUNCTION = "__vdso_getrandom";
  private static final long PAGE = 4_096;

  /** struct vgetrandom_opaque_params: size, mmap's protection and flags, reserved. */
  private static final long PARAMETERS_LENGTH = 64;

  /** Asks for the parameters in place of bytes. */
  private static final long ASK = -1;

  private static final int CALL_BYTES_MAX = 256;

  /** Static and final, so that the call is compiled into its caller; null where there is none. */
  private static final MethodHandle GETRANDOM = link();

  private final RandomSource fallback;
  private final MemorySegment state;
  private final long stateLength;

  private VdsoRandom(RandomSource fallback, MemorySegment state, long stateLength) {
    this.fallback = fallback;
    this.state = state;
    this.stateLength = stateLength;
  }

  /** A source of its own for one thread, or {@code fallback} where the kernel has none. */
  static RandomSource orElse(RandomSource fallback) {
    if (GETRANDOM == null) {
      return fallback;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(PARAMETERS_LENGTH, Long.BYTES);
      if (call(MemorySegment.NULL, 0, parameters, ASK) != 0) {
        return fallback;
      }
      long length = Integer.toUnsignedLong(parameters.get(JAVA_INT, 0));
      MemorySegment page =
          map(parameters.get(JAVA_INT, Integer.BYTES), parameters.get(JAVA_INT, 2 * Integer.BYTES));
      return page == null || length > PAGE ? fallback : new VdsoRandom(fallback, page, length);
    }
  }

  @SuppressWarnings("restricted") // the launcher enables native access
  private static MethodHandle link() {
    try {
      Optional<MemorySegment> function =
          SymbolLookup.libraryLookup(LIBRARY, Arena.global()).find(FUNCTION);
      if (function.isEmpty()) {
        return null;
      }
      return Linker.nativeLinker()
          .downcallHandle(
              function.get(),
              FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG),
              Linker.Option.critical(true));
    } catch (IllegalArgumentException e) {
      System.getLogger(VdsoRandom.class.getName())
          .log(System.Logger.Level.DEBUG, "this system has no vDSO by that name", e);
      return null;
    }
  }

  /** A page for one state, kept for the life of the process; null when there is none. */
  @SuppressWarnings("restricted") // mmap is a C function
  private static MemorySegment map(int protection, int flags) {
    Linker linker = Linker.nativeLinker();
    MethodHandle mmap =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("mmap"),
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    try {
      MemorySegment page =
          (MemorySegment) mmap.invokeExact(MemorySegment.NULL, PAGE, protection, flags, -1, 0L);
      return page.address() == -1 ? null : page.reinterpret(PAGE);
    } catch (Throwable e) {
      throw new AssertionError("mmap throws nothing", e);
    }
  }

  @Override
  public void fill(byte[] out, int offset, int length) {
    int done = 0;
    while (done < length) {
      int asked = Math.min(CALL_BYTES_MAX, length - done);
      MemorySegment target = MemorySegment.ofArray(out).asSlice((long) offset + done, asked);
      if (call(target, asked, state, stateLength) != asked) {
        fallback.fill(out, offset + done, length - done);
        return;
      }
      done += asked;
    }
  }

  private static long call(MemorySegment out, long length, MemorySegment state, long stateLength) {
    try {
      return (long) GETRANDOM.invokeExact(out, length, 0, state, stateLength);
    } catch (Throwable e) {
      throw new AssertionError("the vDSO throws nothing", e);
    }
  }
}
