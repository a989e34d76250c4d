package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;

/** What returned calls left on a thread's own stack is gone after a wipe. */
@SuppressWarnings("restricted") // pthread_attr_getstack is a C function
class DeadStackTest {
  /** The complement of what is looked for: no frame that lives holds that itself. */
  private static final long INVERTED = 0x5ca1_ab1e_0ddbL;

  private static final int DEPTH = 400;

  @Test
  void isOverwritten() throws Throwable {
    int found = marks(); // links what it calls, which takes much of the stack
    for (int round = 0; round < 200; round++) {
      // The first rounds are interpreted, the later ones compiled.
      assertEquals(-DEPTH * (INVERTED + 1), leaves(INVERTED, DEPTH));
      found += round % 50 == 0 ? marks() : 0;
      leaves(INVERTED, DEPTH);
      DeadStack.wipe();
      assertEquals(0, round % 50 == 0 ? marks() : 0, "round " + round);
    }
    assertTrue(found > 0, "the test sees what is left without a wipe");
  }

  /** Leaves the mark in the locals of many frames. */
  private static long leaves(long inverted, int depth) {
    long mark = ~inverted;
    return depth == 0 ? 0 : leaves(inverted, depth - 1) + mark;
  }

  /** How often the mark stands on this thread's stack. */
  private static int marks() throws Throwable {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(256, 16);
      MemorySegment base = arena.allocate(ADDRESS);
      MemorySegment size = arena.allocate(JAVA_LONG);
      long self =
          (long) call(linker, "pthread_self", FunctionDescriptor.of(JAVA_LONG)).invokeExact();
      int got =
          (int)
              call(
                      linker,
                      "pthread_getattr_np",
                      FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS))
                  .invokeExact(self, attributes);
      int stack =
          (int)
              call(
                      linker,
                      "pthread_attr_getstack",
                      FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS))
                  .invokeExact(attributes, base, size);
      assertEquals(0, got + stack);
      return count(base.get(JAVA_LONG, 0), size.get(JAVA_LONG, 0));
    }
  }

  private static MethodHandle call(Linker linker, String name, FunctionDescriptor type) {
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  private static int count(long base, long size) throws IOException {
    int count = 0;
    byte[] page = new byte[4_096];
    try (RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
      for (long at = base; at < base + size; at += page.length) {
        memory.seek(at);
        if (!isReadable(memory, page)) {
          continue; // the guard pages
        }
        MemorySegment words = MemorySegment.ofArray(page);
        for (int i = 0; i < page.length; i += 8) {
          if (~words.get(JAVA_LONG.withByteAlignment(1), i) == INVERTED) {
            count++;
          }
        }
      }
    }
    return count;
  }

  private static boolean isReadable(RandomAccessFile memory, byte[] page) {
    try {
      memory.readFully(page);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
