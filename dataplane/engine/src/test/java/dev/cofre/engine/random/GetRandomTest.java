package dev.cofre.engine.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GetRandomTest {
  static List<RandomSource> sources() {
    RandomSource shared = GetRandom.orDevice();
    return List.of(shared, shared.confined());
  }

  @Test
  void isThereOnLinux() {
    assertInstanceOf(GetRandom.class, GetRandom.orDevice());
  }

  /** Where the vDSO has it (Linux 6.11), event loops use that; each has a state of its own. */
  @Test
  void anEventLoopHasItsOwn() {
    RandomSource shared = GetRandom.orDevice();
    String[] release = System.getProperty("os.version").split("[.-]");
    int version = Integer.parseInt(release[0]) * 1_000 + Integer.parseInt(release[1]);
    if (version >= 6_011) {
      assertInstanceOf(VdsoRandom.class, shared.confined());
      assertNotSame(shared.confined(), shared.confined());
    } else {
      assertSame(shared, shared.confined());
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void fillsTheRangeAndNothingElse(RandomSource random) {
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
    List<RandomSource> sources = new ArrayList<>(sources());
    sources.addAll(sources());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      for (RandomSource random : sources) {
        assertTrue(seen.add(Arrays.toString(random.bytes(24))));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void aRangeOutsideTheArrayIsRefused(RandomSource random) {
    assertThrows(IndexOutOfBoundsException.class, () -> random.fill(new byte[24], 1, 24));
  }
}
