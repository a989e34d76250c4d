package dev.cofre.benchmarks.engine;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Ranks from 0 on, of which rank k is drawn with a probability proportional to 1/(k+1)^s: by its
 * cumulative distribution. Immutable.
 */
final class Zipf {
  private final double[] cumulative;

  Zipf(int count, double s) {
    cumulative = new double[count];
    double sum = 0;
    for (int k = 0; k < count; k++) {
      sum += 1 / Math.pow(k + 1.0, s);
      cumulative[k] = sum;
    }
  }

  int draw(SplittableRandom random) {
    int found =
        Arrays.binarySearch(cumulative, random.nextDouble() * cumulative[cumulative.length - 1]);
    return Math.min(found < 0 ? -found - 1 : found, cumulative.length - 1);
  }
}
