package dev.cofre.contract.random;

import java.util.Random;

/**
 * Random inputs for a test, from a seed that is printed; {@code -Dcofre.test.seed=N} replays them.
 */
public final class ReplayableRandom extends Random {
  private static final long serialVersionUID = 1L;

  private ReplayableRandom(long seed) {
    super(seed);
  }

  /** Inputs for {@code test}. */
  public static ReplayableRandom of(String test) {
    long seed = Long.getLong("cofre.test.seed", System.nanoTime());
    System.out.println(test + ": replay with -Dcofre.test.seed=" + seed);
    return new ReplayableRandom(seed);
  }

  /** {@code length} bytes. */
  public byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    nextBytes(bytes);
    return bytes;
  }

  /** This generator where the code under test wants the kernel's. */
  public RandomSource asSource() {
    return (out, offset, length) -> System.arraycopy(bytes(length), 0, out, offset, length);
  }
}
