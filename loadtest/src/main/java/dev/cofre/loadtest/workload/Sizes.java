package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Section;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** How long plaintexts are, in bytes. Immutable. */
public sealed interface Sizes {
  /** The longest plaintext of a JSON body. */
  int BYTES_MAX = 4 << 20;

  /** One length. */
  int draw(RandomGenerator random);

  /** About what is drawn on average. */
  double mean();

  /** The most that is drawn. */
  int max();

  /** Always the same. */
  record Fixed(int bytes) implements Sizes {
    @Override
    public int max() {
      return bytes;
    }

    @Override
    public int draw(RandomGenerator random) {
      return bytes;
    }

    @Override
    public double mean() {
      return bytes;
    }
  }

  /** Each length from {@code min} to {@code max} as often as any other. */
  record Uniform(int min, int max) implements Sizes {
    @Override
    public int draw(RandomGenerator random) {
      return random.nextInt(min, max + 1);
    }

    @Override
    public double mean() {
      return (min + max) / 2.0;
    }
  }

  /** Whose logarithm is normal: many small ones, few large ones; cut at {@code max}. */
  record LogNormal(int median, double sigma, int max) implements Sizes {
    @Override
    public int draw(RandomGenerator random) {
      return (int) Math.min(max, Math.round(median * Math.exp(sigma * random.nextGaussian())));
    }

    @Override
    public double mean() {
      return Math.min(max, median * Math.exp(sigma * sigma / 2));
    }
  }

  /** Some lengths, each with its weight. */
  record Choice(Map<Integer, Double> weights) implements Sizes {
    @Override
    public int max() {
      return weights.keySet().stream().mapToInt(bytes -> bytes).max().orElse(0);
    }

    @Override
    public int draw(RandomGenerator random) {
      double left = random.nextDouble() * weights.values().stream().mapToDouble(w -> w).sum();
      int drawn = 0;
      for (Map.Entry<Integer, Double> weight : weights.entrySet()) {
        drawn = weight.getKey();
        left -= weight.getValue();
        if (left < 0) {
          break;
        }
      }
      return drawn;
    }

    @Override
    public double mean() {
      double all = weights.values().stream().mapToDouble(w -> w).sum();
      return weights.entrySet().stream().mapToDouble(e -> e.getKey() * e.getValue()).sum() / all;
    }
  }

  /** The field {@code bytes}, or one of the mappings below {@code size}. */
  static Sizes read(Section section) {
    Section size = section.section("size");
    if (size == null) {
      return new Fixed((int) section.whole("bytes", 1_024, 0, BYTES_MAX));
    }
    return switch (size.choice("distribution", null, "uniform", "lognormal", "choice")) {
      case "uniform" -> {
        int min = (int) size.whole("min", 0, 0, BYTES_MAX);
        int max = (int) size.number("max", Double.NaN, 0, BYTES_MAX);
        if (max < min) {
          size.wrong("max", "must not be below min");
        }
        yield new Uniform(min, Math.max(min, max));
      }
      case "lognormal" ->
          new LogNormal(
              (int) size.number("median", Double.NaN, 1, BYTES_MAX),
              size.number("sigma", 1, 0, 5),
              (int) size.whole("max", 65_536, 1, BYTES_MAX));
      default -> choice(size);
    };
  }

  private static Sizes choice(Section size) {
    Map<Integer, Double> weights = new TreeMap<>();
    Section section = size.section("weights");
    if (section != null) {
      for (String name : section.names()) {
        double weight = section.number(name, 0, 0, 1e9);
        if (name.matches("\\d{1,7}") && Integer.parseInt(name) <= BYTES_MAX) {
          weights.put(Integer.parseInt(name), weight);
        } else {
          section.wrong(name, "must be a number of bytes up to " + BYTES_MAX);
        }
      }
    }
    if (weights.values().stream().noneMatch(weight -> weight > 0)) {
      size.wrong(
          "weights", "must be a mapping of bytes to weights above 0, as {1024: 9, 65536: 1}");
      weights.put(1_024, 1.0);
    }
    return new Choice(weights);
  }
}
