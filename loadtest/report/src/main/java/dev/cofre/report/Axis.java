package dev.cofre.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From values to places on a plot. Immutable.
 *
 * @param logarithmic whether each tenfold takes the same room
 */
record Axis(double low, double high, boolean logarithmic) {
  private static final int STEPS_WANTED = 5;
  private static final double LEAST = 1e-6;

  /** From 0 to {@code most}. */
  static Axis fromZero(double most) {
    return new Axis(0, most > 0 ? most : 1, false);
  }

  /** From tenfold to tenfold around all values. */
  static Axis tenfolds(double least, double most) {
    double low = Math.pow(10, Math.floor(Math.log10(Math.max(least, LEAST))));
    double high = Math.pow(10, Math.ceil(Math.log10(Math.max(most, low * 1.001))));
    return new Axis(low, Math.max(high, low * 10), true);
  }

  /** Just around all values, logarithmic. */
  static Axis around(double least, double most) {
    double low = Math.max(least, LEAST) / 1.15;
    return new Axis(low, Math.max(most, low) * 1.15, true);
  }

  /** 0 at the low end, 1 at the high end. */
  double part(double value) {
    double cut = Math.clamp(value, low, high);
    return logarithmic ? Math.log(cut / low) / Math.log(high / low) : (cut - low) / (high - low);
  }

  /** Round values, from the low end to the high end. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      double first = Math.pow(10, Math.ceil(Math.log10(low) - 1e-9));
      for (double tick = first; tick <= high * 1.0001; tick *= 10) {
        ticks.add(tick);
      }
      return ticks;
    }
    double step = step(high - low);
    for (int i = 0; low + i * step <= high * 1.0001; i++) {
      ticks.add(low + i * step);
    }
    return ticks;
  }

  /** 1, 2 or 5 times a power of ten. */
  private static double step(double range) {
    double rough = range / STEPS_WANTED;
    double ten = Math.pow(10, Math.floor(Math.log10(rough)));
    double times = rough / ten;
    return (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10) * ten;
  }

  /** As it stands beside a tick. */
  static String label(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return String.format(Locale.ROOT, "%.4g M", value / 1e6).replaceAll("\\.?0+ M", " M");
    }
    if (size == 0 || (size == Math.rint(size) && size >= 1)) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, "%.3g", value)
        .replaceAll("(\\.\\d*?)0+$", "$1")
        .replaceAll("\\.$", "");
  }

  /** A number of bytes. */
  static String bytes(double value) {
    long bytes = Math.round(value);
    return bytes < 1_024
        ? bytes + " B"
        : bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }
}
