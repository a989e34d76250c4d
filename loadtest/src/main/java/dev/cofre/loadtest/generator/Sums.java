package dev.cofre.loadtest.generator;

import java.util.Collection;
import org.HdrHistogram.Histogram;

/** Histograms added up, without loss. */
public final class Sums {
  private Sums() {}

  /** A new histogram with all that stands in {@code parts}. */
  public static Histogram of(Collection<Histogram> parts) {
    Histogram sum = Recording.newHistogram();
    parts.forEach(sum::add);
    return sum;
  }
}
