package dev.cofre.benchmarks.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Samples by subject and round. Not thread-safe. */
final class Measurements {
  private final Map<Subject, TreeMap<Integer, Sample>> samples = new HashMap<>();

  void add(Subject subject, int round, Sample sample) {
    samples.computeIfAbsent(subject, s -> new TreeMap<>()).put(round, sample);
  }

  Set<Subject> subjects() {
    return samples.keySet();
  }

  boolean has(Subject subject) {
    return samples.containsKey(subject);
  }

  /** The median over the rounds. */
  double median(Subject subject, ToDoubleFunction<Sample> of) {
    return median(samples.get(subject).values().stream().mapToDouble(of).boxed().toList());
  }

  /** Half of what lies between the lowest and the highest round. */
  double spread(Subject subject, ToDoubleFunction<Sample> of) {
    var summary = samples.get(subject).values().stream().mapToDouble(of).summaryStatistics();
    return (summary.getMax() - summary.getMin()) / 2;
  }

  /**
   * The median of the ratios that were taken within a round; empty when no round has both. Minutes
   * differ on a machine with neighbours; a round's two forks lie seconds apart.
   */
  OptionalDouble ratio(Gate gate) {
    Map<Integer, Sample> ours = samples.getOrDefault(gate.subject(), new TreeMap<>());
    Map<Integer, Sample> references = samples.getOrDefault(gate.reference(), new TreeMap<>());
    List<Double> ratios = new ArrayList<>();
    ours.forEach(
        (round, sample) -> {
          Sample reference = references.get(round);
          if (reference != null) {
            ratios.add(gate.measure().ratio(sample, reference));
          }
        });
    return ratios.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(ratios));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
