package dev.cofre.engine.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.RandomSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GetRandomTest {
  private final RandomSource random = GetRandom.orDevice();

  @Test
  void isThereOnLinux() {
    assertInstanceOf(GetRandom.class, random);
  }

  @Test
  void fillsTheRangeAndNothingElse() {
    for (int length : new int[] {0, 1, 24, 255, 256, 257, 1000}) {
      byte[] touched = new byte[length];
      for (int round = 0; round < 32; round++) {
        byte[] out = new byte[length + 20];
        random.fill(out, 10, length);
        for (int i = 0; i < out.length; i++) {
          if (i >= 10 && i < 10 + length) {
            touched[i - 10] |= out[i];
          } else {
            assertEquals(0, out[i]);
          }
        }
      }
      for (byte b : touched) {
        assertTrue(b != 0, "a byte that stays zero 32 times");
      }
    }
  }

  @Test
  void nothingComesTwice() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      assertTrue(seen.add(Arrays.toString(random.bytes(24))));
    }
  }

  @Test
  void aRangeOutsideTheArrayIsRefused() {
    assertThrows(IndexOutOfBoundsException.class, () -> random.fill(new byte[24], 1, 24));
  }
}
