package dev.cofre.engine.keys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zeros of exactly the length asked for, in either size of page. */
class HugePagesTest {
  private static final long HUGE = 2L << 20;

  @ParameterizedTest
  @ValueSource(longs = {64, HUGE - 1, HUGE, HUGE + 1, 3 * HUGE - 64, 3 * HUGE})
  void givesZerosOfTheLengthAskedFor(long bytes) {
    MemorySegment memory = HugePages.allocate(bytes);
    assertEquals(bytes, memory.byteSize());
    assertEquals(0, memory.address() % 4_096);
    assertEquals(-1, memory.mismatch(MemorySegment.ofArray(new byte[(int) bytes])), "zeros");
    memory.fill((byte) 1);
    assertEquals(1, memory.get(JAVA_BYTE, bytes - 1));
    assertThrows(IndexOutOfBoundsException.class, () -> memory.get(JAVA_BYTE, bytes));
  }

  /** What is unreachable goes back to the kernel: addresses would run out, or memory before. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void isAlignedAndGivenBackWhenUnreachable() throws IOException {
    for (int i = 0; i < 400; i++) {
      MemorySegment memory = HugePages.allocate(64 * HUGE);
      assertEquals(0, memory.address() % HUGE);
      memory.set(JAVA_BYTE, 0, (byte) 1);
      if (i % 100 == 99) {
        System.gc();
      }
    }
    long addressesKb = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmSize:")) {
        addressesKb = Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    assertEquals(true, addressesKb > 0 && addressesKb < 50_000_000, addressesKb + " kB");
  }
}
