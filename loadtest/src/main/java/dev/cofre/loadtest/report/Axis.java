package dev.cofre.loadtest.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From values to places on a plot. Immutable.
 *
 * @param logarithmic whether each tenfold takes the same room
 */
record Axis(double low, double high, boolean logarithmic) {
  /** From 0 to a round number not below {@code most}. */
  static Axis fromZero(double most) {
    double high = most > 0 ? most : 1;
    return new Axis(0, high, false);
  }

  /** From tenfold to tenfold around all values. */
  static Axis tenfolds(double least, double most) {
    double low = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1e-6))));
    double high = Math.pow(10, Math.ceil(Math.log10(Math.max(most, low * 1.001))));
    return new Axis(low, Math.max(high, low * 10), true);
  }

  /** 0 at the low end, 1 at the high end. */
  double part(double value) {
    double cut = Math.clamp(value, low, high);
    return logarithmic ? Math.log(cut / low) / Math.log(high / low) : (cut - low) / (high - low);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      for (double tick = low; tick <= high * 1.0001; tick *= 10) {
        ticks.add(tick);
      }
      return ticks;
    }
    double step = Math.pow(10, Math.floor(Math.log10(high - low)));
    step = (high - low) / step < 2.5 ? step / 4 : (high - low) / step < 5 ? step / 2 : step;
    for (double tick = low; tick <= high * 1.0001; tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }

  static String label(double value) {
    double size = Math.abs(value);
    if (size >= 1e6) {
      return String.format(Locale.ROOT, "%.4gM", value / 1e6).replaceAll("\\.?0+M", "M");
    }
    if (size == 0 || (size == Math.rint(size) && size >= 1)) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, "%.3g", value)
        .replaceAll("(\\.\\d*?)0+$", "$1")
        .replaceAll("\\.$", "");
  }
}
