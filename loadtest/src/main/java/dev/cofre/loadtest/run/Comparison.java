package dev.cofre.loadtest.run;

import dev.cofre.loadtest.generator.Sums;
import dev.cofre.loadtest.report.StoredRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * Whether two runs differ beyond noise. The noise is taken from the runs themselves: their seconds
 * are drawn anew with replacement, in blocks of {@value #BLOCK} so that what lasts longer than a
 * second stays together, and the figure is computed again, {@value #ROUNDS} times. Two runs differ
 * when 95% of the ratios lie on one side of 1 and the ratio itself is further from 1 than {@value
 * #MATTERS}.
 */
public final class Comparison {
  private static final int ROUNDS = 1_000;
  private static final int BLOCK = 2;
  private static final double MATTERS = 0.05;

  /** The fewest seconds of which noise can be told. */
  static final int SECONDS_MIN = 5;

  /**
   * One figure of both runs.
   *
   * @param ratio the second over the first
   * @param low of the range that holds 95% of the ratios drawn
   * @param high of that range
   */
  public record Line(
      String name,
      double first,
      double second,
      double ratio,
      double low,
      double high,
      boolean differs) {}

  private Comparison() {}

  /** Figures of {@code second} against those of {@code first}. */
  public static List<Line> of(StoredRun first, StoredRun second) {
    for (StoredRun run : List.of(first, second)) {
      if (run.intervals().size() < SECONDS_MIN) {
        throw new UsageException(
            run.folder()
                + ": fewer than "
                + SECONDS_MIN
                + " seconds, of which no noise can be told");
      }
    }
    List<Second> a = seconds(first);
    List<Second> b = seconds(second);
    List<Line> lines = new ArrayList<>();
    for (double percentile : new double[] {50, 90, 99, 99.9}) {
      String name = "p" + Double.toString(percentile).replaceAll("\\.0$", "") + ", ms";
      lines.add(line(name, a, b, drawn -> latency(drawn).getValueAtPercentile(percentile) / 1e6));
    }
    lines.add(
        line(
            "done a second",
            a,
            b,
            drawn ->
                drawn.stream().mapToLong(Second::done).sum()
                    / drawn.stream().mapToDouble(Second::seconds).sum()));
    return lines;
  }

  /** A second, with its histogram at hand: it is added up thousands of times. */
  private record Second(double seconds, long done, Histogram latency) {}

  private static List<Second> seconds(StoredRun run) {
    return run.intervals().stream()
        .map(interval -> new Second(interval.seconds(), interval.done(), interval.latency()))
        .toList();
  }

  private static Histogram latency(List<Second> seconds) {
    return Sums.of(seconds.stream().map(Second::latency).toList());
  }

  private static Line line(
      String name, List<Second> first, List<Second> second, ToDoubleFunction<List<Second>> figure) {
    double a = figure.applyAsDouble(first);
    double b = figure.applyAsDouble(second);
    SplittableRandom random = new SplittableRandom(1);
    double[] ratios = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      double drawnA = figure.applyAsDouble(drawn(first, random));
      double drawnB = figure.applyAsDouble(drawn(second, random));
      ratios[i] = drawnB / Math.max(drawnA, 1e-9);
    }
    Arrays.sort(ratios);
    double low = ratios[ROUNDS / 40];
    double high = ratios[ROUNDS - ROUNDS / 40 - 1];
    double ratio = b / Math.max(a, 1e-9);
    boolean differs = (low > 1 || high < 1) && Math.abs(ratio - 1) > MATTERS;
    return new Line(name, a, b, ratio, low, high, differs);
  }

  private static List<Second> drawn(List<Second> from, SplittableRandom random) {
    List<Second> drawn = new ArrayList<>(from.size());
    while (drawn.size() < from.size()) {
      int at = random.nextInt(from.size() - BLOCK + 1);
      drawn.addAll(from.subList(at, at + Math.min(BLOCK, from.size() - drawn.size())));
    }
    return drawn;
  }
}
