package dev.cofre.hsm;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.MTD_void;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Overwrites what calls that have returned left on a thread's stack: a module, the C library and
 * the virtual machine save registers and buffers there, and do not wipe them.
 *
 * <p>The interpreter sets all local variables of a method to zero before the first instruction. So
 * a method with {@value #LOCALS} of them is called, which is longer than the virtual machine
 * compiles; no source can say that, hence it is assembled here. Its locals lie where the frames of
 * the calls before lay. That this is so is what {@code KeyRemainsTest} sees; where it is not,
 * nothing breaks.
 *
 * <p>Thread-safe; for the calling thread. It takes some microseconds.
 */
final class DeadStack {
  /** Eight bytes each. */
  private static final int LOCALS = 8_192;

  /** HotSpot compiles no method with more than 8,000 bytes of code (DontCompileHugeMethods). */
  private static final int CODE_MIN = 8_100;

  private static final long REGISTERS_BYTES = 256;
  private static final MemorySegment ZERO = Arena.global().allocate(REGISTERS_BYTES);
  private static final MemorySegment ALSO_ZERO = Arena.global().allocate(REGISTERS_BYTES);
  private static final MethodHandle LARGE = large();
  private static final MethodHandle MEMMOVE = memmove();

  private DeadStack() {}

  private static MethodHandle large() {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(DeadStack.class.getPackageName(), "LargeFrame"),
                large ->
                    large
                        .withFlags(ACC_FINAL)
                        .withMethodBody("enter", MTD_void, ACC_STATIC, DeadStack::code));
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return lookup.findStatic(lookup.lookupClass(), "enter", MethodType.methodType(void.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void code(CodeBuilder code) {
    code.iconst_0().istore(LOCALS - 1).return_();
    for (int i = 0; i < CODE_MIN; i++) {
      code.nop();
    }
    code.return_();
  }

  @SuppressWarnings("restricted") // memmove is a C function
  private static MethodHandle memmove() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("memmove"),
        FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG),
        Linker.Option.critical(false));
  }

  /** Overwrites 64 KiB below the caller's frame. */
  static void wipe() {
    try {
      // First the vector registers that copies go through: what they hold would be saved again.
      MemorySegment.copy(ZERO, 0, ALSO_ZERO, 0, REGISTERS_BYTES);
      MemorySegment moved = (MemorySegment) MEMMOVE.invokeExact(ALSO_ZERO, ZERO, REGISTERS_BYTES);
      assert moved.address() == ALSO_ZERO.address();
      LARGE.invokeExact();
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }
}
