package dev.cofre.loadtest.system;

import java.util.Random;

/** Randomness that can be replayed: the seed is printed, {@code -Dcofre.seed=N} sets it. */
final class Seed {
  private Seed() {}

  /** A generator for the test {@code name}. */
  static Random of(String name) {
    long seed = Long.getLong("cofre.seed", System.nanoTime());
    System.out.println(name + ": seed " + seed + " (replay with -Dcofre.seed=" + seed + ")");
    return new Random(seed);
  }

  static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
