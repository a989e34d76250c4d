package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which keys are used, and how often each.
 *
 * @param aliases the most popular first
 * @param exponent of Zipf's law: the n-th key is used as often as 1/n to this power; 0: all alike
 */
public record KeyChoice(List<String> aliases, double exponent) {
  /** The key that {@code ./cofre dev} makes. */
  static final KeyChoice DEMO = new KeyChoice(List.of("demo"), 0);

  private static final int KEYS_MAX = 100_000;

  static KeyChoice read(Section section) {
    if (section == null) {
      return DEMO;
    }
    List<String> aliases = new ArrayList<>(section.texts("aliases"));
    String prefix = section.text("prefix", "");
    long count = section.whole("count", 0, 0, KEYS_MAX);
    for (int i = 0; i < count; i++) {
      aliases.add(prefix + i);
    }
    if (aliases.isEmpty()) {
      section.wrong("aliases", "no key: give aliases, or prefix and count");
      return DEMO;
    }
    if (!aliases.stream().allMatch(KeyChoice::isName)) {
      section.wrong(
          "aliases", "a key's alias or id has letters, digits, dot, dash and underscore, 1 to 128");
    }
    boolean zipf = section.choice("popularity", "uniform", "uniform", "zipf").equals("zipf");
    double exponent = section.number("exponent", 1, 0, 5);
    return new KeyChoice(List.copyOf(aliases), zipf ? exponent : 0);
  }

  static boolean isName(String key) {
    return key.matches("[A-Za-z0-9._-]{1,128}");
  }

  /** Sums of weights, by which {@link #draw} looks. */
  double[] cumulated() {
    double[] sums = new double[aliases.size()];
    double sum = 0;
    for (int i = 0; i < sums.length; i++) {
      sum += Math.pow(i + 1, -exponent);
      sums[i] = sum;
    }
    return sums;
  }

  /** The place of a key in {@code cumulated}. */
  static int draw(double[] cumulated, RandomGenerator random) {
    double at = random.nextDouble() * cumulated[cumulated.length - 1];
    int place = java.util.Arrays.binarySearch(cumulated, at);
    return Math.min(cumulated.length - 1, place < 0 ? -place - 1 : place + 1);
  }
}
