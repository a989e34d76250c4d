package dev.cofre.engine.random;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.random.RandomSource;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The kernel's generator by getrandom(2), straight into the caller's array: the same bytes as
 * {@link KernelRandom}, without a file and its intermediate buffer. Holds no state and nothing read
 * ahead (invariant I3).
 *
 * <p>Thread-safe. At most 256 bytes are asked for at once: so much the kernel gives whole, without
 * being interrupted by a signal, and the virtual machine's safepoints are never held up for long.
 */
public final class GetRandom implements RandomSource {
  private static final int CALL_BYTES_MAX = 256;

  /** Static and final, so that the call is compiled into its caller; null where there is none. */
  private static final MethodHandle GETRANDOM = link();

  private GetRandom() {}

  /** getrandom(2) where the C library has it, else {@link KernelRandom}. */
  public static RandomSource orDevice() {
    return GETRANDOM == null ? KernelRandom.INSTANCE : new GetRandom();
  }

  @SuppressWarnings("restricted") // the launcher enables native access
  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("getrandom");
    if (function.isEmpty()) {
      return null;
    }
    return linker.downcallHandle(
        function.get(),
        FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT),
        Linker.Option.critical(true));
  }

  /** By the vDSO where the kernel has it there, without a system call for each fill. */
  @Override
  public RandomSource confined() {
    return VdsoRandom.orElse(this);
  }

  /** Falls back to the device for what the call does not give (a sandbox may forbid it). */
  @Override
  public void fill(byte[] out, int offset, int length) {
    int done = 0;
    while (done < length) {
      int asked = Math.min(CALL_BYTES_MAX, length - done);
      if (call(out, offset + done, asked) != asked) {
        KernelRandom.INSTANCE.fill(out, offset + done, length - done);
        return;
      }
      done += asked;
    }
  }

  /** Straight into memory outside the heap, for keys; short of that, by way of the heap. */
  @Override
  public void fill(ByteBuffer out) {
    MemorySegment target = MemorySegment.ofBuffer(out);
    boolean whole = target.byteSize() <= CALL_BYTES_MAX && call(target) == target.byteSize();
    if (whole) {
      out.position(out.limit());
    } else {
      RandomSource.super.fill(out);
    }
  }

  private static long call(byte[] out, int offset, int length) {
    return call(MemorySegment.ofArray(out).asSlice(offset, length));
  }

  private static long call(MemorySegment target) {
    try {
      return (long) GETRANDOM.invokeExact(target, target.byteSize(), 0);
    } catch (Throwable e) {
      throw new AssertionError("getrandom(2) throws nothing", e);
    }
  }
}
