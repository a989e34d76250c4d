package dev.cofre.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A line of the results: a subject's figures, and one ratio of it or none.
 *
 * @param subject what was measured
 * @param ns per item: the fastest iteration, median of the rounds
 * @param errorNs half of what lies between the rounds
 * @param bytes of garbage per item
 * @param gate what it was held against, or null
 * @param ratio to the gate's reference; 0 without one
 */
record Row(Subject subject, double ns, double errorNs, double bytes, Gate gate, double ratio) {
  /** Whether the gate holds; without one, yes. */
  boolean holds(double margin) {
    return gate == null || ratio >= gate.atLeast() * margin;
  }

  /** One for each gate, in the gates' order, then one for each subject that has none. */
  static List<Row> all(Measurements measurements, List<Gate> gates) {
    List<Row> rows = new ArrayList<>();
    Set<Subject> rest = new LinkedHashSet<>();
    measurements.subjects().stream()
        .sorted(Comparator.comparing(Subject::name).thenComparing(Row::order))
        .forEach(rest::add);
    for (Gate gate : gates) {
      OptionalDouble ratio = measurements.ratio(gate);
      if (ratio.isPresent()) {
        rows.add(row(measurements, gate.subject(), gate, ratio.getAsDouble()));
        rest.remove(gate.subject());
      }
    }
    rest.forEach(subject -> rows.add(row(measurements, subject, null, 0)));
    return rows;
  }

  private static String order(Subject subject) {
    String size = subject.param("size");
    return subject.param("backEnd") + " ".repeat(size.length()) + size + subject.paramText();
  }

  private static Row row(Measurements measurements, Subject subject, Gate gate, double ratio) {
    return new Row(
        subject,
        measurements.median(subject, Sample::ns),
        measurements.spread(subject, Sample::ns),
        measurements.median(subject, Sample::bytes),
        gate,
        ratio);
  }
}
