package dev.cofre.loadtest.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A schedule of stages, one after the other, each with a rate that is constant or changes evenly.
 *
 * <p>A stage sends as many requests as the area under its rate. They stand where that area is cut
 * into equal parts, or, for random arrivals, where a Poisson process stands of which this count is
 * known: its arrivals are then independent draws in proportion to the rate, so they are made as
 * normalised sums of exponential gaps. Gaps are drawn for blocks of {@value #BLOCK} arrivals and
 * used again in each block.
 *
 * <p>Immutable.
 */
public final class StagedPacing implements Pacing {
  private static final int BLOCK = 1 << 16;

  /**
   * A stretch of time.
   *
   * @param from requests a second at its start
   * @param to requests a second at its end
   * @param random whether arrivals are those of a Poisson process
   */
  public record Stage(double from, double to, double seconds, boolean random) {
    /** With rates and length that make sense. */
    public Stage {
      if (!(from >= 0 && to >= 0 && seconds > 0)) {
        throw new IllegalArgumentException("rates are not negative, and stages take time");
      }
    }

    double requests() {
      return (from + to) / 2 * seconds;
    }

    /** Seconds from the stage's start to where {@code part} of its requests are past. */
    private double secondsTo(double part) {
      double area = part * requests();
      double slope = (to - from) / seconds;
      if (Math.abs(slope) < 1e-9 * Math.max(from, to)) {
        return area / from;
      }
      double root = Math.sqrt(Math.max(0, from * from + 2 * slope * area));
      return (root - from) / slope;
    }
  }

  private record Placed(Stage stage, double startSeconds, long first, long count, double[][] at) {
    long dueNs(long number) {
      long own = number - first;
      double part = (at == null ? own : drawn(own)) / count;
      return (long) ((startSeconds + stage.secondsTo(part)) * 1e9);
    }

    private double drawn(long own) {
      long block = own / BLOCK;
      boolean last = (block + 1) * BLOCK > count;
      return block * BLOCK + at[last ? 1 : 0][(int) (own % BLOCK)];
    }
  }

  private final List<Stage> stages;
  private final Placed[] placed;
  private final long count;
  private final double seconds;

  /** {@code stages} in their order; {@code seed} draws the random arrivals. */
  public StagedPacing(List<Stage> stages, long seed) {
    this.stages = List.copyOf(stages);
    Random random = new Random(seed);
    List<Placed> list = new ArrayList<>();
    double at = 0;
    double area = 0;
    long first = 0;
    for (Stage stage : stages) {
      area += stage.requests();
      long own = Math.round(area) - first;
      list.add(new Placed(stage, at, first, own, stage.random() ? draws(random, own) : null));
      first += own;
      at += stage.seconds();
    }
    this.placed = list.toArray(Placed[]::new);
    this.count = first;
    this.seconds = at;
    if (count == 0) {
      throw new IllegalArgumentException("a schedule without a request");
    }
  }

  /** The places in a whole block, and those in the last block, which is shorter. */
  private static double[][] draws(Random random, long count) {
    int rest = (int) (count % BLOCK);
    return new double[][] {count < BLOCK ? new double[0] : draw(random, BLOCK), draw(random, rest)};
  }

  private static double[] draw(Random random, int size) {
    double[] sums = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += gap(random);
      sums[i] = sum;
    }
    double all = sum + gap(random);
    for (int i = 0; i < size; i++) {
      sums[i] *= size / all;
    }
    return sums;
  }

  private static double gap(Random random) {
    return -Math.log(1 - random.nextDouble());
  }

  @Override
  public long dueNs(long number) {
    if (number >= count) {
      return NEVER;
    }
    int at = placed.length - 1;
    while (placed[at].first > number) {
      at--;
    }
    return placed[at].dueNs(number);
  }

  @Override
  public double ratePerSecond() {
    return count / seconds;
  }

  @Override
  public double firstRatePerSecond() {
    Stage stage = stages.getFirst();
    return stage.from() > 0 ? stage.from() : stage.requests() / stage.seconds();
  }

  /** How long all stages take. */
  public double seconds() {
    return seconds;
  }

  /** How many requests all stages have. */
  public long count() {
    return count;
  }

  /** The stages. */
  public List<Stage> stages() {
    return stages;
  }
}
